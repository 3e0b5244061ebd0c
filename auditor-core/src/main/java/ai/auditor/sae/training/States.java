package ai.auditor.sae.training;

import ai.auditor.capture.Capture;
import ai.auditor.capture.TokenSpan;
import ai.auditor.data.Sha256;
import ai.auditor.model.Point;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;

/** Where the states of tokens come from: units, such as rows, that are read again whenever they are asked for. */
public interface States {
    /** Numbers of a state. */
    int width();

    /** How many units there are. */
    int units();

    /** How many tokens a unit has; 0 or more. */
    int tokens(int unit);

    /** Reads units, in any order. */
    void read(int[] units, Sink sink);

    /** What tells these states from others. */
    String digest();

    /** Takes states. */
    @FunctionalInterface
    interface Sink {
        /**
         * One token.
         *
         * @param place of its unit among those that were asked for
         * @param token its number in the unit, from 0 on
         * @param values where the state stands
         * @param from its first number there
         */
        void put(int place, int token, float[] values, int from);
    }

    /** All tokens of rows but the first, on which many models put a norm of another size, at a point of a model. */
    static States of(Capture capture, Point point, List<TokenizedRow> rows, int width, String modelDigest) {
        return new OfRows(capture, point, List.copyOf(rows), width, modelDigest);
    }

    /** {@link #of}. */
    record OfRows(Capture capture, Point point, List<TokenizedRow> rows, int width, String modelDigest)
            implements States {
        @Override
        public int units() {
            return rows.size();
        }

        @Override
        public int tokens(int unit) {
            return Math.max(0, rows.get(unit).completionEnd() - 1);
        }

        @Override
        public void read(int[] units, Sink sink) {
            List<TokenizedRow> wanted = Arrays.stream(units).mapToObj(rows::get).toList();
            capture.stream(point, TokenSpan.TEXT, wanted, tokens -> {
                float[] values = tokens.states().toFloats();
                for (int i = 0; i < tokens.rows().length; i++) {
                    sink.put(tokens.rows()[i], tokens.positions()[i] - 1, values, i * width);
                }
            });
        }

        @Override
        public String digest() {
            Sha256 digest = new Sha256().text(modelDigest).text(point.toString());
            rows.forEach(row -> digest.text(Arrays.toString(row.ids())).text(Integer.toString(row.completionEnd())));
            return digest.hex();
        }
    }
}
