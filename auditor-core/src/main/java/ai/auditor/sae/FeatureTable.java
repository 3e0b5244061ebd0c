package ai.auditor.sae;

import ai.auditor.capture.Capture;
import ai.auditor.capture.TokenSpan;
import ai.auditor.capture.TokenStates;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** What the features of an autoencoder say of rows: each row's tokens encoded one by one, then pooled; only what is active is held. */
public final class FeatureTable {
    private final int features;
    private final List<RowFeatures> rows;
    private final Matrix states;
    private final Reconstruction reconstruction;

    private FeatureTable(int features, List<RowFeatures> rows, Matrix states, Reconstruction reconstruction) {
        this.features = features;
        this.rows = List.copyOf(rows);
        this.states = states;
        this.reconstruction = reconstruction;
    }

    /**
     * The features of one row.
     *
     * @param features that are active in one token or more, ascending
     * @param means of each over the row's tokens, those where it is silent included
     * @param peaks largest value of each
     * @param peakTokens position in the row of each peak
     * @param tokens how many tokens were read
     * @param l0 mean number of active features a token
     * @param error mean squared distance of a token from its reconstruction
     */
    public record RowFeatures(
            int[] features, float[] means, float[] peaks, int[] peakTokens, int tokens, double l0, double error) {
        /** Mean of a feature over the row's tokens; 0 where it is silent. */
        public double mean(int feature) {
            int place = Arrays.binarySearch(features, feature);
            return place < 0 ? 0 : means[place];
        }

        /** Whether a feature is active in any token. */
        public boolean active(int feature) {
            return Arrays.binarySearch(features, feature) >= 0;
        }
    }

    /**
     * Reads rows with a model and an autoencoder.
     *
     * @param span which tokens are encoded
     */
    public static FeatureTable of(
            Capture capture, SparseAutoencoder sae, Point point, TokenSpan span, List<TokenizedRow> rows) {
        return of(sae, rows.size(), reader -> capture.stream(point, span, rows, reader));
    }

    /** Shows the states of rows' tokens to a reader, batch by batch. */
    public interface TokenStream {
        /** Shows them all; {@link TokenStates#rows} counts from 0. */
        void to(Consumer<TokenStates> reader);
    }

    /**
     * Encodes what a stream shows.
     *
     * @param rows how many rows there are
     */
    public static FeatureTable of(SparseAutoencoder sae, int rows, TokenStream stream) {
        Builder builder = new Builder(sae.facts(), rows);
        stream.to(tokens -> sae.read(tokens.states(), read -> builder.add(tokens, read)));
        return builder.table();
    }

    /** Of rows that were read before; for tests, and for parts of a table. */
    public static FeatureTable of(int features, List<RowFeatures> rows) {
        return new FeatureTable(features, rows, new Matrix(rows.size(), 0, new float[0]), new Reconstruction(1));
    }

    /** Width of the dictionary. */
    public int features() {
        return features;
    }

    /** One entry a row, in the order in which they were given. */
    public List<RowFeatures> rows() {
        return rows;
    }

    /** Mean state of each row's tokens, {@code [rows, d_in]}; zeros of a row without tokens, and no columns where none was read. */
    public Matrix states() {
        return states;
    }

    /** Over all tokens that were read. */
    public Reconstruction reconstruction() {
        return reconstruction;
    }

    /** Adds up what is active, row by row: a row's tokens stand together. */
    private static final class Builder {
        private static final int NONE = -1;

        private final int width;
        private final int features;
        private final Reconstruction reconstruction;
        private final RowFeatures[] rows;
        private final float[] means;
        private int row = NONE;
        /** Of the row that is read: sums, peaks and where they are of every feature, and the features that have any. */
        private final double[] sums;

        private final float[] peaks;
        private final int[] peakTokens;
        private final double[] stateSums;
        private final BitSet touched = new BitSet();
        private int tokens;
        private long active;
        private double error;

        Builder(SaeFacts facts, int rows) {
            this.width = facts.inputWidth();
            this.features = facts.features();
            this.reconstruction = new Reconstruction(width);
            this.rows = new RowFeatures[rows];
            Arrays.fill(this.rows, new RowFeatures(new int[0], new float[0], new float[0], new int[0], 0, 0, 0));
            this.means = new float[Math.multiplyExact(rows, width)];
            this.stateSums = new double[width];
            this.sums = new double[features];
            this.peaks = new float[features];
            this.peakTokens = new int[features];
        }

        void add(TokenStates shown, SparseAutoencoder.Read read) {
            float[] values = read.features().toFloats();
            float[] states = read.states().toFloats();
            float[] again = read.reconstruction().toFloats();
            int count = states.length / width;
            long found = 0;
            for (int token = 0; token < count; token++) {
                int place = read.first() + token;
                begin(shown.rows()[place]);
                found += add(values, token * features, shown.positions()[place]);
                for (int i = 0; i < width; i++) {
                    double state = states[token * width + i];
                    stateSums[i] += state;
                    error += (state - again[token * width + i]) * (state - again[token * width + i]);
                }
            }
            reconstruction.add(states, again, found);
        }

        private int add(float[] values, int from, int position) {
            int found = 0;
            for (int feature = 0; feature < features; feature++) {
                float value = values[from + feature];
                if (value > 0) {
                    found++;
                    touched.set(feature);
                    sums[feature] += value;
                    if (value > peaks[feature]) {
                        peaks[feature] = value;
                        peakTokens[feature] = position;
                    }
                }
            }
            tokens++;
            active += found;
            return found;
        }

        private void begin(int next) {
            if (next == row) {
                return;
            }
            finish();
            if (rows[next].tokens() > 0) {
                throw new IllegalArgumentException("the tokens of row " + next + " do not stand together");
            }
            row = next;
        }

        private void finish() {
            if (row == NONE) {
                return;
            }
            int[] own = touched.stream().toArray();
            float[] ownMeans = new float[own.length];
            float[] ownPeaks = new float[own.length];
            int[] ownTokens = new int[own.length];
            for (int i = 0; i < own.length; i++) {
                ownMeans[i] = (float) (sums[own[i]] / tokens);
                ownPeaks[i] = peaks[own[i]];
                ownTokens[i] = peakTokens[own[i]];
                sums[own[i]] = 0;
                peaks[own[i]] = 0;
            }
            rows[row] = new RowFeatures(
                    own, ownMeans, ownPeaks, ownTokens, tokens, (double) active / tokens, error / tokens);
            for (int i = 0; i < width; i++) {
                means[row * width + i] = (float) (stateSums[i] / tokens);
                stateSums[i] = 0;
            }
            touched.clear();
            tokens = 0;
            active = 0;
            error = 0;
            row = NONE;
        }

        FeatureTable table() {
            finish();
            return new FeatureTable(features, List.of(rows), new Matrix(rows.length, width, means), reconstruction);
        }
    }
}
