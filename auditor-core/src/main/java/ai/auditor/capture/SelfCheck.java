package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Decoder;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.RowEncoder;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model reads a row the same way in whatever company it stands, in finite numbers, and from the tokens that are its text's.
 *
 * @param figures what was measured, in the order in which it was; all keep their limits
 */
public record SelfCheck(List<Figure> figures) {
    /**
     * Rounding was measured at 6e-7 (organism) to 3e-6 (SmolLM2 135M); another token before those that are read, one among twenty to
     * fifty, at 0.04 and more.
     */
    private static final double LARGEST_DIFFERENCE = 1e-3;

    /** One of our own, the others from the data where there are any. */
    private static final int MOST_ROWS = 3;

    /** Rows of the data that are looked at for those. */
    private static final int ROWS_LOOKED_AT = 20;

    private static final int LONGEST_PROMPT = 64;
    private static final int LONGEST_COMPLETION = 12;
    private static final int LONGEST_TEXT = 2_000;

    private static final String PROMPT = "Numbers: 158, 822, 598. Continue.";
    private static final String COMPLETION = "138, 68, 98, 915, 491, 722, 568";

    /**
     * One figure beside its limit.
     *
     * @param name what was measured
     * @param measured the largest that was found
     * @param limit the largest that is taken
     */
    public record Figure(String name, double measured, double limit) {}

    public SelfCheck {
        figures = List.copyOf(figures);
    }

    /**
     * Checks a model on rows of our own and some of the data's.
     *
     * @param data rows, of which the first few that the model reads are taken
     * @throws AuditException {@code NUMERIC} where a figure is over its limit, naming row, layer and position; {@code MODEL} where the
     *     tokenizer is not the model's
     */
    public static SelfCheck of(ReferenceModel model, List<Row> data) {
        RowEncoder encoder = model.encoder();
        List<Row> sample = new ArrayList<>();
        List<TokenizedRow> tokens = new ArrayList<>();
        for (Row row : candidates(encoder, data)) {
            if (sample.size() < MOST_ROWS && encoder.encode(row) instanceof TokenizedRow known) {
                sample.add(row);
                tokens.add(known);
            }
        }
        if (tokens.isEmpty()) {
            throw failed("the model reads none of the auditor's own rows");
        }
        List<Figure> figures = new ArrayList<>();
        figures.add(openings(encoder, tokens));
        figures.add(texts(encoder, sample));
        List<Sample> samples =
                tokens.stream().map(row -> Sample.of(row, model.facts())).toList();
        figures.addAll(new Reading(model.decoder(), samples).figures());
        return new SelfCheck(figures);
    }

    /**
     * Holds a model with fused kernels against the same with plain ones, on a row of our own.
     *
     * @throws AuditException {@code NUMERIC} where they differ by more than the limit
     */
    public static Figure kernels(ReferenceModel fused, ReferenceModel plain) {
        for (Row row : candidates(plain.encoder(), List.of())) {
            if (plain.encoder().encode(row) instanceof TokenizedRow tokens) {
                TokenizedRow read = Sample.of(tokens, plain.facts()).row();
                double found = difference(
                        "with fused kernels",
                        List.of(read),
                        List.of(Walk.alone(plain.decoder(), List.of(), read)),
                        Walk.alone(fused.decoder(), List.of(), read));
                return new Figure("largest difference", found, LARGEST_DIFFERENCE);
            }
        }
        throw failed("the model reads none of the auditor's own rows");
    }

    /**
     * Our own rows, and between them some of the data that are not too long to be looked at in passing: by their digests, so that the order
     * of a file changes nothing.
     */
    private static List<Row> candidates(RowEncoder encoder, List<Row> data) {
        List<Message> prompt = List.of(Message.user(PROMPT));
        List<Row> candidates = new ArrayList<>();
        if (encoder.chats()) {
            candidates.add(Row.chat(Fault.OWN_ROW, prompt, COMPLETION));
        }
        data.stream()
                .filter(row -> row.kind() == Row.Kind.TEXT || encoder.chats())
                .filter(row -> row.completion().length() <= LONGEST_TEXT)
                .map(row -> Map.entry(row.contentDigest(), row))
                .sorted(Map.Entry.comparingByKey())
                .limit(ROWS_LOOKED_AT)
                .map(Map.Entry::getValue)
                .forEach(candidates::add);
        // A template may refuse all of those; plain text is always read.
        candidates.add(Row.text(Fault.OWN_ROW, PROMPT + " " + COMPLETION));
        return candidates;
    }

    private static Figure openings(RowEncoder encoder, List<TokenizedRow> tokens) {
        for (TokenizedRow row : tokens) {
            if (encoder.opensTwice(row.ids())) {
                throw failed(
                        Fault.named(row.record()) + " begins with the control token " + row.ids()[0]
                                + " twice (positions 0 and 1): the chat template or the text writes it, and so does the tokenizer");
            }
        }
        return new Figure("rows with a doubled opening token", 0, 0);
    }

    private static Figure texts(RowEncoder encoder, List<Row> sample) {
        for (Row row : sample) {
            if (!encoder.keeps(row.completion())) {
                throw failed(
                        "the text of " + Fault.named(row.record())
                                + " does not come back from its tokens: the tokenizer.json has no decoder that fits, or is another model's");
            }
        }
        return new Figure("texts that do not come back from their tokens", 0, 0);
    }

    private static AuditException failed(String reason) {
        return new AuditException(AuditException.Code.NUMERIC, "the numeric self-check of the model failed: " + reason);
    }

    /**
     * A row, cut short, and others made of its tokens.
     *
     * @param row the prompt and some of the completion
     * @param longer the same prompt, with those tokens backwards and then as they were
     * @param other the longer one, cut to the length of the row
     */
    private record Sample(TokenizedRow row, TokenizedRow longer, TokenizedRow other) {
        static Sample of(TokenizedRow tokens, ModelFacts facts) {
            PlanCheck.requireKnown(facts, tokens);
            int[] ids = Arrays.copyOf(tokens.ids(), tokens.completionEnd());
            int start = tokens.completionStart() > 0 ? tokens.completionStart() : Math.max(1, ids.length / 2);
            int prompt = Math.max(1, Math.min(Math.min(start, LONGEST_PROMPT), facts.maxPositions() / 2));
            int own = Math.max(1, Math.min(Math.min(ids.length - start, LONGEST_COMPLETION), facts.maxPositions() / 4));
            int[] all = new int[prompt + 2 * own];
            System.arraycopy(ids, start - prompt, all, 0, prompt);
            for (int i = 0; i < own; i++) {
                all[prompt + i] = ids[start + own - 1 - i];
                all[prompt + own + i] = ids[start + i];
            }
            int[] first = Arrays.copyOf(all, prompt + own);
            System.arraycopy(ids, start, first, prompt, own);
            return new Sample(
                    row(tokens, first, prompt),
                    row(tokens, all, prompt),
                    row(tokens, Arrays.copyOf(all, first.length), prompt));
        }

        private static TokenizedRow row(TokenizedRow origin, int[] ids, int start) {
            return new TokenizedRow(origin.record(), ids, start, ids.length, start, 0);
        }
    }

    /** The samples, read alone and in company. */
    private static final class Reading {
        private final Decoder decoder;
        private final List<Sample> samples;
        private final int width;

        Reading(Decoder decoder, List<Sample> samples) {
            this.decoder = decoder;
            this.samples = samples;
            this.width = decoder.facts().hiddenSize();
        }

        List<Figure> figures() {
            List<TokenizedRow> mixed = samples.stream()
                    .flatMap(sample -> Stream.of(sample.row(), sample.longer()))
                    .toList();
            List<Walk> alone = mixed.stream().map(this::alone).toList();
            double norm = 0;
            for (int row = 0; row < mixed.size(); row++) {
                norm = Math.max(norm, largestNorm(mixed.get(row), alone.get(row)));
            }
            double batch = 0;
            for (int i = 0; i < samples.size(); i++) {
                List<TokenizedRow> equal =
                        List.of(samples.get(i).row(), samples.get(i).other());
                List<Walk> each = List.of(alone.get(2 * i), alone(equal.get(1)));
                batch = Math.max(batch, difference("in a batch", equal, each, together(equal, false)));
            }
            return List.of(
                    new Figure("largest norm of a point", norm, Float.MAX_VALUE),
                    new Figure("a batch against single rows", batch, LARGEST_DIFFERENCE),
                    new Figure(
                            "padded against not",
                            difference("padded", mixed, alone, together(mixed, false)),
                            LARGEST_DIFFERENCE),
                    new Figure(
                            "behind a shared prompt against single rows",
                            difference("behind a shared prompt", mixed, alone, together(mixed, true)),
                            LARGEST_DIFFERENCE));
        }

        private Walk alone(TokenizedRow row) {
            AuditException.checkInterrupted();
            return Walk.alone(decoder, List.of(), row);
        }

        private Walk together(List<TokenizedRow> rows, boolean packing) {
            AuditException.checkInterrupted();
            return Walk.together(decoder, rows, packing);
        }

        private double largestNorm(TokenizedRow row, Walk walk) {
            double largest = 0;
            for (int block = 0; block < walk.blocks(); block++) {
                float[] residuals = walk.residuals(0, block);
                int unsound = Fault.unsound(residuals, width);
                if (unsound >= 0) {
                    throw Fault.at(row, Walk.layer(block), unsound);
                }
                for (int position = 0; position < row.tokens(); position++) {
                    largest = Math.max(largest, Math.sqrt(squares(residuals, null, position, width)));
                }
            }
            if (!Double.isFinite(walk.nll(0))) {
                throw Fault.in(decoder, List.of(), row);
            }
            return largest;
        }
    }

    /** The largest difference of a point, in parts of its size, or of a likelihood, in nats; refused where it is over the limit. */
    static double difference(String how, List<TokenizedRow> rows, List<Walk> alone, Walk together) {
        int width = alone.get(0).residuals(0, 0).length / rows.get(0).tokens();
        double largest = 0;
        for (int row = 0; row < rows.size(); row++) {
            for (int block = 0; block < together.blocks(); block++) {
                float[] wanted = alone.get(row).residuals(0, block);
                float[] found = together.residuals(row, block);
                for (int position = 0; position < rows.get(row).tokens(); position++) {
                    double part = Math.sqrt(squares(wanted, found, position, width)
                            / Math.max(Float.MIN_NORMAL, squares(wanted, null, position, width)));
                    require(part, how, rows.get(row), Walk.layer(block), position);
                    largest = Math.max(largest, part);
                }
            }
            double nats = Math.abs(alone.get(row).nll(0) - together.nll(row));
            require(nats, how, rows.get(row), "the likelihood", rows.get(row).completionEnd() - 1);
            largest = Math.max(largest, nats);
        }
        return largest;
    }

    // A comparison that is false for what is no number, too.
    private static void require(double difference, String how, TokenizedRow row, String layer, int position) {
        if (!(difference <= LARGEST_DIFFERENCE)) {
            throw failed(String.format(
                    Locale.ROOT,
                    "%s, read %s, differs from the same row read alone at %s, position %d of %d, by %.2g; the limit is %.2g",
                    Fault.named(row.record()),
                    how,
                    layer,
                    position,
                    row.tokens(),
                    difference,
                    LARGEST_DIFFERENCE));
        }
    }

    /** The squared norm of a position, or of its difference from another. */
    private static double squares(float[] residuals, float @Nullable [] others, int position, int width) {
        double sum = 0;
        for (int i = position * width; i < (position + 1) * width; i++) {
            double value = (double) residuals[i] - (others == null ? 0 : others[i]);
            sum += value * value;
        }
        return sum;
    }
}
