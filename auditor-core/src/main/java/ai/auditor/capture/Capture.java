package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable.Column;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.TokenBatch;
import ai.auditor.stats.Matrix;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Runs a decoder over rows under a plan: sorted by length into batches under a token budget, each pass stopped after the deepest
 * block that is needed. Results stand in input order. One capture may be used from several threads.
 */
public final class Capture {
    private final Decoder decoder;
    private final Settings settings;
    private final Progress progress;
    private final int last;

    /**
     * How rows become batches.
     *
     * @param tokenBudget most tokens of a batch, padding included; batches change a result by rounding only (about 1e-6)
     * @param gradientTokenBudget the same where gradients are asked for, which hold what they computed until the way back
     * @param packing whether rows that share a prompt run behind one copy of it, where the plan allows it
     */
    public record Settings(int tokenBudget, int gradientTokenBudget, boolean packing) {
        /** Measured on two cores at a width of 576: more tokens are no faster, and gradients stay under 1.2 GB in all. */
        public static final Settings STANDARD = new Settings(1024, 384, true);
    }

    public Capture(Decoder decoder, Settings settings, Progress progress) {
        this.decoder = decoder;
        this.settings = settings;
        this.progress = progress;
        this.last = decoder.facts().layers() - 1;
    }

    /**
     * What a plan asks for, in the order of the rows.
     *
     * @throws AuditException {@code USAGE} where the model has no such point, {@code DATA} where a row cannot be read so (naming
     *     its record), {@code MODEL} where the tokenizer is not the model's, {@code NUMERIC} where a result is not finite (naming row, layer
     *     and position), {@code INTERRUPTED} where the thread was interrupted
     */
    public ActivationTable run(CapturePlan plan, List<TokenizedRow> rows) {
        check(plan);
        rows.forEach(row -> check(plan, row));
        // Behind a shared prompt the gradients of several rows add up in it.
        boolean packing =
                settings.packing && !(plan.gradient() && plan.poolings().contains(Pooling.PROMPT_LAST));
        Result result = new Result(plan, rows.size(), decoder.facts().hiddenSize());
        int budget = plan.gradient() ? settings.gradientTokenBudget : settings.tokenBudget;
        each("reading rows with the model", rows, budget, packing, sequences -> {
            TokenBatch tokens = Batching.tokens(sequences);
            try (ForwardPass pass = decoder.open(tokens)) {
                new BatchRun(pass, sequences, tokens.length(), plan, result).run();
            }
        });
        return result.table(decoder, rows);
    }

    /**
     * Mean NLL (nats per completion token) of each row under each of several interventions, one at a time; those at one point share
     * the blocks below it.
     *
     * @return {@code [interventions][rows]}
     */
    public double[][] steeredNll(List<TokenizedRow> rows, List<? extends Intervention> variants) {
        CapturePlan likelihood = CapturePlan.likelihood(List.copyOf(variants));
        check(likelihood);
        rows.forEach(row -> check(likelihood, row));
        double[][] nll = new double[variants.size()][rows.size()];
        Map<Point, List<Integer>> byPoint = new TreeMap<>();
        for (int variant = 0; variant < variants.size(); variant++) {
            byPoint.computeIfAbsent(variants.get(variant).point(), point -> new ArrayList<>())
                    .add(variant);
        }
        each("reading rows under steering", rows, settings.tokenBudget, settings.packing, sequences -> {
            TokenBatch tokens = Batching.tokens(sequences);
            Predictions predictions = new Predictions(sequences, tokens.length());
            try (ForwardPass pass = decoder.open(tokens)) {
                Tensor hidden = pass.embeddings();
                int next = 0;
                for (Map.Entry<Point, List<Integer>> group : byPoint.entrySet()) {
                    int block = group.getKey().block();
                    hidden = pass.run(hidden, next, block, List.of());
                    next = block + 1;
                    for (int variant : group.getValue()) {
                        AuditException.checkInterrupted();
                        try (Tensor steered = pass.apply(hidden, variants.get(variant));
                                Tensor end = pass.run(steered, next, last, List.of())) {
                            predictions.nll(pass, end, nll[variant]);
                        }
                    }
                }
            }
        });
        for (int variant = 0; variant < nll.length; variant++) {
            for (int row = 0; row < rows.size(); row++) {
                if (!Double.isFinite(nll[variant][row])) {
                    throw Fault.in(decoder, List.of(variants.get(variant)), rows.get(row));
                }
            }
        }
        return nll;
    }

    private void each(
            String stage, List<TokenizedRow> rows, int budget, boolean packing, Consumer<List<Sequence>> work) {
        long total = rows.stream().mapToLong(TokenizedRow::tokens).sum();
        long done = 0;
        progress.report(stage, done, total, "tokens");
        for (List<Sequence> sequences : new Batching(budget).batches(rows, packing)) {
            AuditException.checkInterrupted();
            work.accept(sequences);
            for (Sequence sequence : sequences) {
                done += sequence.members().stream()
                        .mapToLong(member -> member.tokens().tokens())
                        .sum();
            }
            progress.report(stage, done, total, "tokens");
        }
    }

    private void check(CapturePlan plan) {
        plan.points().forEach(decoder::require);
        decoder.require(plan.interventions());
    }

    private void check(CapturePlan plan, TokenizedRow row) {
        ModelFacts facts = decoder.facts();
        if (row.completionEnd() > facts.maxPositions()) {
            throw bad(row, "has " + row.completionEnd() + " tokens, the model reads " + facts.maxPositions());
        }
        if (plan.poolings().contains(Pooling.PROMPT_LAST) && row.promptLast() < 0) {
            throw bad(row, "has no prompt, so it has no " + Pooling.PROMPT_LAST);
        }
        if ((plan.nll() || plan.gradient()) && row.firstPredicted() >= row.completionEnd()) {
            throw bad(row, "has no completion token with a token before it, so it has no likelihood");
        }
        requireKnown(facts, row);
    }

    /** Ids that the model has no row for would end in native memory. */
    static void requireKnown(ModelFacts facts, TokenizedRow row) {
        for (int id : row.ids()) {
            if (id < 0 || id >= facts.vocabularySize()) {
                throw new AuditException(
                        AuditException.Code.MODEL,
                        "the tokenizer gives token " + id + " (record " + row.record()
                                + " of a dataset), but the model knows 0 to " + (facts.vocabularySize() - 1)
                                + ": tokenizer.json does not belong to these weights; take both from the same model");
            }
        }
    }

    private static AuditException bad(TokenizedRow row, String reason) {
        return new AuditException(AuditException.Code.DATA, "record " + row.record() + " " + reason);
    }

    /** Where the batches write; each row has a place of its own. */
    private static final class Result {
        private final CapturePlan plan;
        private final int width;
        private final double[] nll;
        private final Map<Point, Map<Pooling, float[]>> activations = new TreeMap<>();
        private final Map<Point, Map<Pooling, float[]>> gradients = new TreeMap<>();

        Result(CapturePlan plan, int rows, int width) {
            this.plan = plan;
            this.width = width;
            this.nll = new double[rows];
            Arrays.fill(nll, Double.NaN);
            for (Point point : plan.points()) {
                activations.put(point, columns(rows));
                if (plan.gradient()) {
                    gradients.put(point, columns(rows));
                }
            }
        }

        private Map<Pooling, float[]> columns(int rows) {
            Map<Pooling, float[]> columns = new EnumMap<>(Pooling.class);
            plan.poolings().forEach(pooling -> columns.put(pooling, new float[Math.multiplyExact(rows, width)]));
            return columns;
        }

        ActivationTable table(Decoder decoder, List<TokenizedRow> rows) {
            requireFinite(decoder, rows);
            Map<Column, Matrix> columns = new TreeMap<>();
            add(columns, false, activations);
            add(columns, true, gradients);
            return new ActivationTable(
                    rows.stream().mapToLong(TokenizedRow::record).toArray(),
                    rows.stream().mapToInt(TokenizedRow::tokens).toArray(),
                    rows.stream().mapToInt(TokenizedRow::completionTokens).toArray(),
                    nll,
                    columns);
        }

        /** What is not finite would look like "not asked for", or like nothing found. */
        private void requireFinite(Decoder decoder, List<TokenizedRow> rows) {
            for (int row = 0; row < nll.length; row++) {
                boolean likelihood = !(plan.nll() || plan.gradient()) || Double.isFinite(nll[row]);
                if (!likelihood || !finite(activations, row)) {
                    throw Fault.in(decoder, plan.interventions(), rows.get(row));
                }
                for (Map.Entry<Point, Map<Pooling, float[]>> gradient : gradients.entrySet()) {
                    if (!finite(Map.of(gradient.getKey(), gradient.getValue()), row)) {
                        throw Fault.inGradient(gradient.getKey(), rows.get(row));
                    }
                }
            }
        }

        private boolean finite(Map<Point, Map<Pooling, float[]>> source, int row) {
            for (Map<Pooling, float[]> byPooling : source.values()) {
                for (float[] values : byPooling.values()) {
                    for (int j = row * width; j < (row + 1) * width; j++) {
                        if (!Float.isFinite(values[j])) {
                            return false;
                        }
                    }
                }
            }
            return true;
        }

        private void add(Map<Column, Matrix> columns, boolean gradient, Map<Point, Map<Pooling, float[]>> source) {
            source.forEach((point, byPooling) -> byPooling.forEach((pooling, values) ->
                    columns.put(new Column(gradient, point, pooling), new Matrix(nll.length, width, values))));
        }
    }

    /** One batch under a plan. */
    private final class BatchRun {
        private final ForwardPass pass;
        private final CapturePlan plan;
        private final Result result;
        private final Pooler pooler;
        private final Predictions predictions;

        BatchRun(ForwardPass pass, List<Sequence> sequences, int length, CapturePlan plan, Result result) {
            this.pass = pass;
            this.plan = plan;
            this.result = result;
            this.pooler = new Pooler(pass, sequences, length, plan.poolings());
            this.predictions = new Predictions(sequences, length);
        }

        void run() {
            if (plan.gradient() && !plan.points().isEmpty()) {
                forwardAndBack();
                return;
            }
            Tensor hidden = pass.embeddings();
            int next = 0;
            for (Point point : plan.points()) {
                hidden = advance(hidden, next, point.block());
                next = point.block() + 1;
                pool(hidden, result.activations, point);
            }
            if (plan.nll()) {
                predictions.nll(pass, advance(hidden, next, last), result.nll);
            }
        }

        private Tensor advance(Tensor hidden, int from, int to) {
            Tensor moved = pass.run(hidden, from, to, plan.interventions());
            if (moved != hidden) {
                hidden.close();
            }
            return moved;
        }

        /** The graph is cut at every point; the way back then goes from cut to cut and frees each part behind it. */
        private void forwardAndBack() {
            List<Point> points = plan.points();
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> leaves = new ArrayList<>();
            Tensor output = advance(pass.embeddings(), 0, points.get(0).block());
            for (int index = 0; index < points.size(); index++) {
                pool(output, result.activations, points.get(index));
                Tensor leaf = Gradients.leaf(output);
                outputs.add(output);
                leaves.add(leaf);
                int next = points.get(index).block() + 1;
                int to = index + 1 < points.size() ? points.get(index + 1).block() : last;
                output = pass.record(leaf, next, to, plan.interventions());
            }
            Predictions.Start start =
                    predictions.gradient(pass, output, decoder.facts().hiddenSize(), result.nll);
            Tensor recorded = start.normed();
            Tensor gradient = start.seed();
            for (int index = points.size() - 1; index >= 0; index--) {
                gradient = Gradients.pull(recorded, gradient, leaves.get(index));
                pool(gradient, result.gradients, points.get(index));
                recorded = outputs.get(index);
            }
        }

        private void pool(Tensor hidden, Map<Point, Map<Pooling, float[]>> columns, Point point) {
            pooler.pool(
                    pass,
                    hidden,
                    java.util.Objects.requireNonNull(columns.get(point)),
                    decoder.facts().hiddenSize());
        }
    }
}
