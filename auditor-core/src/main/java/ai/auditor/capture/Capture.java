package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.model.Decoder;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.Point.Kind;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Runs a decoder over rows under a plan: sorted by length into batches under a token budget, each pass stopped after the deepest
 * block that is needed. Results stand in input order. One capture may be used from several threads.
 */
public final class Capture {
    private final BatchReader reader;
    private final PlanCheck check;

    /**
     * How rows become batches.
     *
     * @param tokenBudget most tokens of a batch, padding included; batches change a result by rounding only (about 1e-6)
     * @param gradientTokenBudget the same where gradients are asked for, which hold what they computed until the way back
     * @param packing whether rows that share a prompt run behind one copy of it, where the plan allows it
     * @param sharing whether what all rows begin with is read once
     */
    public record Settings(int tokenBudget, int gradientTokenBudget, boolean packing, boolean sharing) {
        /** What all rows begin with is read once. */
        public Settings(int tokenBudget, int gradientTokenBudget, boolean packing) {
            this(tokenBudget, gradientTokenBudget, packing, true);
        }

        /** What one pass may hold of a block, and a pass with gradients of all blocks; measured on two cores at a width of 576. */
        private static final long BLOCK_BYTES = 24L << 20;

        private static final long RECORDED_BYTES = 512L << 20;
        private static final int LEAST_TOKENS = 64;
        private static final int STEP_TOKENS = 128;
        /** More are no faster on any width, and padding grows. */
        private static final int MOST_TOKENS = 4096;

        /** Packed, in batches as large as is fast for a model of this width and depth. */
        public static Settings of(ModelFacts facts) {
            long wide = (long) facts.hiddenSize() * 3
                    + 2L * facts.intermediateSize()
                    + (facts.heads() + 2L * facts.keyValueHeads()) * facts.headDimension();
            long block = BLOCK_BYTES / (Float.BYTES * wide);
            long recorded = RECORDED_BYTES / (2 * Float.BYTES * wide * facts.layers());
            return new Settings(rounded(block), rounded(recorded), true);
        }

        private static int rounded(long tokens) {
            return (int) Math.max(LEAST_TOKENS, Math.min(MOST_TOKENS, tokens / STEP_TOKENS * STEP_TOKENS));
        }
    }

    public Capture(Decoder decoder, Settings settings, Progress progress) {
        this.reader = new BatchReader(decoder, settings, progress);
        this.check = new PlanCheck(decoder);
    }

    /**
     * What a plan asks for, in the order of the rows.
     *
     * @throws AuditException {@code USAGE} where the model has no such point, {@code DATA} where a row cannot be read so (naming
     *     its record), {@code MODEL} where the tokenizer is not the model's, {@code NUMERIC} where a result is not finite (naming row, layer
     *     and position), {@code INTERRUPTED} where the thread was interrupted
     */
    public ActivationTable run(CapturePlan plan, List<TokenizedRow> rows) {
        require(plan, rows);
        return new PooledReading(reader, plan).read(rows);
    }

    /**
     * Shows the states of single tokens at a point, batch by batch; nothing is kept.
     *
     * @param work sees every row once, in an order that follows from the rows' lengths
     * @throws AuditException as {@link #run}
     */
    public void stream(Point point, TokenSpan span, List<TokenizedRow> rows, Consumer<TokenStates> work) {
        CapturePlan plan = CapturePlan.activations(List.of(point), List.of());
        require(plan, rows);
        Decoder decoder = reader.decoder();
        boolean whole = span.readsPrompt();
        boolean packing = reader.settings().packing() && !whole;
        try (Begin begin = whole ? Begin.none(decoder) : reader.begin(rows, List.of())) {
            reader.whole("reading tokens with the model", rows, begin, packing, (pass, tokens, sequences) -> {
                SpanReader states = new SpanReader(span, sequences, tokens.length());
                new BatchRun(decoder, pass, plan, (at, stream) -> states.read(decoder, pass, stream, work)).run();
            });
        }
    }

    /**
     * Mean NLL (nats per completion token) of each row under each of several interventions, one at a time; those at one point share
     * the blocks below it.
     *
     * @return {@code [interventions][rows]}
     */
    public double[][] steeredNll(List<TokenizedRow> rows, List<? extends Intervention> variants) {
        require(CapturePlan.likelihood(List.copyOf(variants)), rows);
        return new SteeredReading(reader, variants).nll(rows);
    }

    /**
     * NLL (nats) of each predicted completion token of each row, as {@link #steeredNll} means them.
     *
     * @return {@code [interventions][rows][predicted tokens]}; rows that are alike share what was read of them
     */
    public float[][][] steeredTokenNll(List<TokenizedRow> rows, List<? extends Intervention> variants) {
        require(CapturePlan.likelihood(List.copyOf(variants)), rows);
        return new SteeredReading(reader, variants).tokenNll(rows);
    }

    /**
     * How surprising each row's completion is, beside how surprising the model expects its own to be.
     *
     * @param digits which a token begins with, below 0 for none, {@code [vocabulary]}
     * @throws AuditException as {@link #run}
     */
    public List<Surprise> surprises(List<TokenizedRow> rows, int[] digits) {
        CapturePlan likelihood = CapturePlan.likelihood(List.of());
        require(likelihood, rows);
        return new SurpriseReading(reader, likelihood, digits).read(rows);
    }

    /**
     * Mean NLL (nats a predicted completion token, over all rows) with the states of all tokens but the first replaced at a point of the
     * residual stream between blocks.
     *
     * @param replacements each makes new states of {@code [tokens, d_model]}, as many; those of first tokens and padding are not used
     * @return one mean each, in order
     * @throws AuditException as {@link #run}; {@code USAGE} for a point that is not between blocks
     */
    public double[] replacedNll(Point point, List<TokenizedRow> rows, List<UnaryOperator<Tensor>> replacements) {
        if (point.kind() != Kind.RESID_POST && point.kind() != Kind.RESID_PRE) {
            throw new AuditException(
                    AuditException.Code.USAGE, "states are replaced at resid_pre.K or resid_post.K, not at " + point);
        }
        CapturePlan likelihood = CapturePlan.likelihood(List.of());
        check.require(likelihood);
        reader.decoder().require(point);
        check.require(likelihood, rows);
        return new ReplacedReading(reader, point, replacements).nll(rows);
    }

    private void require(CapturePlan plan, List<TokenizedRow> rows) {
        check.require(plan);
        check.require(plan, rows);
    }
}
