package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable.Column;
import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.Point.Kind;
import ai.auditor.model.TokenBatch;
import ai.auditor.stats.Matrix;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

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
        Distinct distinct = Distinct.of(rows);
        Result result = new Result(plan, distinct.rows().size(), decoder.facts().hiddenSize());
        boolean backwards = plan.gradient() && !plan.points().isEmpty();
        try (Begin begin = begin(distinct.rows(), plan.interventions())) {
            // A change may mean a text's last prompt token, of which packed tails have several.
            boolean packing =
                    settings.packing && !(backwards && !plan.interventions().isEmpty());
            Batching batching = backwards
                    ? Batching.tails(settings.gradientTokenBudget, settings.tokenBudget)
                    : Batching.whole(settings.tokenBudget, begin.tokens());
            each(stage("reading rows with the model"), distinct.rows(), batching, packing, sequences -> {
                TokenBatch tokens = Batching.tokens(sequences);
                try (Begin own = backwards ? begin.then(sequences, plan.interventions()) : begin.kept();
                        ForwardPass pass = own.open(tokens)) {
                    pooled(pass, sequences, tokens.length(), plan, result);
                }
            });
        }
        return result.table(decoder, rows, distinct.places());
    }

    /**
     * Shows the states of single tokens at a point, batch by batch; nothing is kept.
     *
     * @param work sees every row once, in an order that follows from the rows' lengths
     * @throws AuditException as {@link #run}
     */
    public void stream(Point point, TokenSpan span, List<TokenizedRow> rows, Consumer<TokenStates> work) {
        CapturePlan plan = CapturePlan.activations(List.of(point), List.of());
        check(plan);
        rows.forEach(row -> check(plan, row));
        boolean whole = span.readsPrompt();
        try (Begin begin = whole ? Begin.none(decoder) : begin(rows, List.of())) {
            Batching batching = Batching.whole(settings.tokenBudget, begin.tokens());
            each(stage("reading tokens with the model"), rows, batching, settings.packing && !whole, sequences -> {
                TokenBatch tokens = Batching.tokens(sequences);
                try (ForwardPass pass = begin.open(tokens)) {
                    SpanReader reader = new SpanReader(span, sequences, tokens.length());
                    new BatchRun(pass, plan, (at, stream) -> reader.read(decoder, pass, stream, work)).run();
                }
            });
        }
    }

    private void pooled(ForwardPass pass, List<Sequence> sequences, int length, CapturePlan plan, Result result) {
        Pooler pooler = new Pooler(pass, sequences, length, plan.poolings());
        Predictions predictions = new Predictions(sequences, length);
        int width = decoder.facts().hiddenSize();
        BatchRun run = new BatchRun(
                pass,
                plan,
                (point, stream) -> pooler.pool(
                        pass, stream, java.util.Objects.requireNonNull(result.activations.get(point)), width));
        if (plan.gradient() && !plan.points().isEmpty()) {
            run.andBack(
                    predictions,
                    result.nll,
                    (point, gradient) -> pooler.pool(
                            pass, gradient, java.util.Objects.requireNonNull(result.gradients.get(point)), width));
            return;
        }
        Tensor output = run.run();
        if (plan.nll()) {
            predictions.nll(pass, output, result.nll);
        }
    }

    private Begin begin(List<TokenizedRow> rows, List<Intervention> interventions) {
        return settings.sharing ? Begin.of(decoder, rows, interventions) : Begin.none(decoder);
    }

    /**
     * Mean NLL (nats per completion token) of each row under each of several interventions, one at a time; those at one point share
     * the blocks below it.
     *
     * @return {@code [interventions][rows]}
     */
    public double[][] steeredNll(List<TokenizedRow> rows, List<? extends Intervention> variants) {
        Distinct distinct = Distinct.of(rows);
        double[][] nll = new double[variants.size()][distinct.rows().size()];
        steered(
                distinct.rows(),
                variants,
                (variant, predictions, pass, output) -> predictions.nll(pass, output, nll[variant]));
        for (int variant = 0; variant < nll.length; variant++) {
            double[] read = nll[variant];
            for (int row = 0; row < read.length; row++) {
                if (!Double.isFinite(read[row])) {
                    throw Fault.in(
                            decoder,
                            List.of(variants.get(variant)),
                            distinct.rows().get(row));
                }
            }
            nll[variant] = IntStream.of(distinct.places())
                    .mapToDouble(place -> read[place])
                    .toArray();
        }
        return nll;
    }

    /**
     * NLL (nats) of each predicted completion token of each row, as {@link #steeredNll} means them.
     *
     * @return {@code [interventions][rows][predicted tokens]}; rows that are alike share what was read of them
     */
    public float[][][] steeredTokenNll(List<TokenizedRow> rows, List<? extends Intervention> variants) {
        Distinct distinct = Distinct.of(rows);
        float[][][] nll = new float[variants.size()][distinct.rows().size()][];
        steered(
                distinct.rows(),
                variants,
                (variant, predictions, pass, output) -> predictions.tokenNll(pass, output, nll[variant]));
        for (int variant = 0; variant < nll.length; variant++) {
            float[][] read = nll[variant];
            for (int row = 0; row < read.length; row++) {
                for (float token : read[row]) {
                    if (!Float.isFinite(token)) {
                        throw Fault.in(
                                decoder,
                                List.of(variants.get(variant)),
                                distinct.rows().get(row));
                    }
                }
            }
            nll[variant] = IntStream.of(distinct.places())
                    .mapToObj(place -> read[place])
                    .toArray(float[][]::new);
        }
        return nll;
    }

    /** What is read of a batch where the last block has ended under an intervention. */
    private interface SteeredReading {
        void read(int variant, Predictions predictions, ForwardPass pass, Tensor output);
    }

    private void steered(List<TokenizedRow> rows, List<? extends Intervention> variants, SteeredReading reading) {
        CapturePlan likelihood = CapturePlan.likelihood(List.copyOf(variants));
        check(likelihood);
        rows.forEach(row -> check(likelihood, row));
        try (Begin begin = begin(rows, List.of())) {
            List<Begin> under = begin.under(rows, variants);
            try {
                steered(rows, variants, under.isEmpty() ? Begin.none(decoder) : begin, under, reading);
            } finally {
                under.forEach(Begin::close);
            }
        }
    }

    private void steered(
            List<TokenizedRow> rows,
            List<? extends Intervention> variants,
            Begin begin,
            List<Begin> under,
            SteeredReading reading) {
        Map<Point, List<Integer>> byPoint = new TreeMap<>();
        for (int variant = 0; variant < variants.size(); variant++) {
            byPoint.computeIfAbsent(variants.get(variant).point(), point -> new ArrayList<>())
                    .add(variant);
        }
        Batching batching = Batching.whole(settings.tokenBudget, begin.tokens());
        each(stage("reading rows under steering"), rows, batching, settings.packing, sequences -> {
            TokenBatch tokens = Batching.tokens(sequences);
            Predictions predictions = new Predictions(sequences, tokens.length());
            try (ForwardPass pass = begin.open(tokens)) {
                Tensor hidden = pass.embeddings();
                int next = 0;
                for (Map.Entry<Point, List<Integer>> group : byPoint.entrySet()) {
                    Point point = group.getKey();
                    boolean after = point.kind() == Point.Kind.RESID_POST;
                    int needed = after ? point.block() + 1 : point.block();
                    hidden = pass.run(hidden, next, needed - 1, List.of());
                    next = needed;
                    for (int variant : group.getValue()) {
                        AuditException.checkInterrupted();
                        ForwardPass seeing =
                                under.isEmpty() ? pass : under.get(variant).of(pass);
                        try (Tensor steered = steered(seeing, hidden, next, variants.get(variant))) {
                            reading.read(variant, predictions, pass, steered);
                        }
                    }
                }
            }
        });
    }

    /**
     * How surprising each row's completion is, beside how surprising the model expects its own to be.
     *
     * @throws AuditException as {@link #run}
     */
    public List<Surprise> surprises(List<TokenizedRow> rows) {
        CapturePlan likelihood = CapturePlan.likelihood(List.of());
        check(likelihood);
        rows.forEach(row -> check(likelihood, row));
        Distinct distinct = Distinct.of(rows);
        Set<Integer> ends = Set.copyOf(decoder.facts().endTokens());
        Surprise[] read = new Surprise[distinct.rows().size()];
        try (Begin begin = begin(distinct.rows(), List.of())) {
            Batching batching = Batching.whole(settings.tokenBudget, begin.tokens());
            each(stage("reading how surprising rows are"), distinct.rows(), batching, settings.packing, sequences -> {
                TokenBatch tokens = Batching.tokens(sequences);
                try (ForwardPass pass = begin.open(tokens)) {
                    Tensor output = new BatchRun(pass, likelihood, (point, values) -> {}).run();
                    new Predictions(sequences, tokens.length()).surprises(pass, output, ends, read);
                }
            });
        }
        for (int row = 0; row < read.length; row++) {
            Surprise one = read[row];
            if (!Double.isFinite(one.nll() + one.entropy() + one.variance())) {
                throw Fault.in(decoder, List.of(), distinct.rows().get(row));
            }
        }
        return IntStream.of(distinct.places()).mapToObj(place -> read[place]).toList();
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
        check(likelihood);
        decoder.require(point);
        rows.forEach(row -> check(likelihood, row));
        int next = point.kind() == Kind.RESID_POST ? point.block() + 1 : point.block();
        double[][] nll = new double[replacements.size()][rows.size()];
        try (Begin begin = Begin.none(decoder)) {
            Batching batching = Batching.whole(settings.tokenBudget, begin.tokens());
            each(stage("reading rows with states replaced"), rows, batching, false, sequences -> {
                TokenBatch tokens = Batching.tokens(sequences);
                Predictions predictions = new Predictions(sequences, tokens.length());
                try (ForwardPass pass = begin.open(tokens);
                        Tensor embedded = pass.embeddings()) {
                    Tensor hidden = pass.run(embedded, 0, next - 1, List.of());
                    for (int i = 0; i < nll.length; i++) {
                        AuditException.checkInterrupted();
                        try (Tensor changed = replaced(pass, hidden, tokens, replacements.get(i));
                                Tensor end = pass.run(changed, next, last, List.of())) {
                            predictions.nll(pass, end, nll[i]);
                        }
                    }
                }
            });
        }
        double predicted = rows.stream()
                .mapToLong(row -> row.completionEnd() - row.firstPredicted())
                .sum();
        return Arrays.stream(nll)
                .mapToDouble(read -> IntStream.range(0, read.length)
                                .mapToDouble(row -> read[row]
                                        * (rows.get(row).completionEnd()
                                                - rows.get(row).firstPredicted()))
                                .sum()
                        / predicted)
                .toArray();
    }

    /** The stream with the states of all tokens but the first of each row replaced. */
    private static Tensor replaced(
            ForwardPass pass, Tensor hidden, TokenBatch tokens, UnaryOperator<Tensor> replacement) {
        long[] shape = hidden.shape();
        float[] behind = new float[tokens.rows() * tokens.length()];
        Arrays.fill(behind, 1);
        for (int row = 0; row < tokens.rows(); row++) {
            behind[row * tokens.length()] = 0;
        }
        try (Tensor flat = hidden.reshaped(-1, shape[2]);
                Tensor other = replacement.apply(flat);
                Tensor mask = pass.scope().floats(behind, behind.length, 1);
                Tensor difference = other.minus(flat);
                Tensor change = difference.times(mask);
                Tensor sum = flat.plus(change)) {
            return sum.reshaped(shape);
        }
    }

    /** The last block's output under a change, from the stream before a block that the change lies behind, or at its start. */
    private Tensor steered(ForwardPass pass, Tensor hidden, int next, Intervention change) {
        return switch (change.point().kind()) {
            case RESID_PRE, RESID_POST -> {
                Tensor changed = pass.apply(hidden, change);
                Tensor end = pass.run(changed, next, last, List.of());
                if (end != changed) {
                    changed.close();
                }
                yield end;
            }
            case EMBEDDINGS -> {
                try (Tensor start = pass.embeddings(List.of(change), embedded -> {})) {
                    yield pass.run(start, 0, last, List.of());
                }
            }
            case ATTN_OUT, RESID_MID, MLP_OUT, FINAL_NORM -> pass.run(hidden, next, last, List.of(change));
        };
    }

    /** What is done, and how: threads and batches were chosen for the machine and the model. */
    private String stage(String what) {
        return String.format(
                Locale.ROOT,
                "%s (%s, batches of %,d tokens)",
                what,
                decoder.threads() == 1 ? "1 thread" : decoder.threads() + " threads",
                settings.tokenBudget);
    }

    private void each(
            String stage, List<TokenizedRow> rows, Batching batching, boolean packing, Consumer<List<Sequence>> work) {
        long total = rows.stream().mapToLong(TokenizedRow::tokens).sum();
        long done = 0;
        progress.report(stage, done, total, "tokens");
        for (List<Sequence> sequences : batching.batches(rows, packing)) {
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
        if (plan.nll() || plan.gradient()) {
            decoder.requireWhole();
        }
        boolean parts = plan.points().stream().anyMatch(point -> switch (point.kind()) {
            case EMBEDDINGS, ATTN_OUT, MLP_OUT -> true;
            case RESID_PRE, RESID_MID, RESID_POST, FINAL_NORM -> false;
        });
        if (plan.gradient()
                && parts
                && plan.interventions().stream().anyMatch(one -> !(one instanceof Intervention.Add))) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the gradient of a part that is added to the residual stream is told as that of the sum, which it is not where "
                            + "interventions project out or cap: ask for it at resid_mid or resid_post");
        }
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

        /**
         * The table of all rows.
         *
         * @param places of each row among those that were read
         */
        ActivationTable table(Decoder decoder, List<TokenizedRow> rows, int[] places) {
            requireFinite(decoder, rows, places);
            Map<Column, Matrix> columns = new TreeMap<>();
            add(columns, false, activations, places);
            add(columns, true, gradients, places);
            return new ActivationTable(
                    rows.stream().mapToLong(TokenizedRow::record).toArray(),
                    rows.stream().mapToInt(TokenizedRow::tokens).toArray(),
                    rows.stream().mapToInt(TokenizedRow::completionTokens).toArray(),
                    IntStream.of(places).mapToDouble(place -> nll[place]).toArray(),
                    columns);
        }

        /** What is not finite would look like "not asked for", or like nothing found. */
        private void requireFinite(Decoder decoder, List<TokenizedRow> rows, int[] places) {
            for (int row = 0; row < places.length; row++) {
                int place = places[row];
                boolean likelihood = !(plan.nll() || plan.gradient()) || Double.isFinite(nll[place]);
                if (!likelihood || !finite(activations, place)) {
                    throw Fault.in(decoder, plan.interventions(), rows.get(row));
                }
                for (Map.Entry<Point, Map<Pooling, float[]>> gradient : gradients.entrySet()) {
                    if (!finite(Map.of(gradient.getKey(), gradient.getValue()), place)) {
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

        private void add(
                Map<Column, Matrix> columns, boolean gradient, Map<Point, Map<Pooling, float[]>> source, int[] places) {
            source.forEach((point, byPooling) -> byPooling.forEach((pooling, values) -> columns.put(
                    new Column(gradient, point, pooling), new Matrix(places.length, width, all(values, places)))));
        }

        private float[] all(float[] values, int[] places) {
            if (places.length * width == values.length) {
                return values;
            }
            float[] all = new float[Math.multiplyExact(places.length, width)];
            for (int row = 0; row < places.length; row++) {
                System.arraycopy(values, places[row] * width, all, row * width, width);
            }
            return all;
        }
    }

    /** Shown what stands at a point, {@code [rows, length, d_model]}. */
    private interface Reader {
        void read(Point point, Tensor values);
    }

    /** One batch under a plan. */
    private final class BatchRun {
        private final ForwardPass pass;
        private final CapturePlan plan;
        private final Reader activations;
        private final Set<Point> wanted;

        BatchRun(ForwardPass pass, CapturePlan plan, Reader activations) {
            this.pass = pass;
            this.plan = plan;
            this.activations = activations;
            this.wanted = Set.copyOf(plan.points());
        }

        /** Forward, to the last block if likelihoods are asked for: what that gives out. */
        Tensor run() {
            Tensor hidden = pass.embeddings(plan.interventions(), this::embeddings);
            int end = plan.nll() || wanted(Kind.FINAL_NORM, 0) ? last + 1 : 0;
            for (Point point : plan.points()) {
                end = Math.max(end, stage(point) / 2 + stage(point) % 2);
            }
            readStream(hidden, 0);
            return advance(hidden, 0, 2 * end);
        }

        private void embeddings(Tensor embedded) {
            read(new Point(Kind.EMBEDDINGS, 0), embedded);
        }

        private boolean wanted(Kind kind, int block) {
            return wanted.contains(new Point(kind, block));
        }

        /**
         * Where the gradient of a point is that of the residual stream: twice the blocks before it, and one more between attention and MLP.
         * A part that is added to the stream has the gradient of the sum.
         */
        private int stage(Point point) {
            return switch (point.kind()) {
                case EMBEDDINGS -> 0;
                case RESID_PRE -> 2 * point.block();
                case RESID_MID -> 2 * point.block() + 1;
                case ATTN_OUT -> decoder.facts().parallelResidual() ? 2 * point.block() + 2 : 2 * point.block() + 1;
                case MLP_OUT, RESID_POST -> 2 * point.block() + 2;
                case FINAL_NORM -> 2 * last + 2;
            };
        }

        /** Moves the stream from one stage to another, reading what is wanted on the way; what it leaves behind is closed. */
        private Tensor advance(Tensor hidden, int from, int to) {
            Tensor current = hidden;
            int stage = from;
            while (stage < to) {
                int block = stage / 2;
                boolean whole = stage % 2 == 0 && stage + 2 <= to && !inside(block);
                Tensor next = whole
                        ? pass.run(current, block, block, plan.interventions())
                        : stage % 2 == 0 ? attention(current, block) : mlp(current, current, block);
                stage = whole || (stage % 2 == 0 && decoder.facts().parallelResidual()) ? stage + 2 : stage + 1;
                release(current);
                current = next;
                readStream(current, stage);
            }
            return current;
        }

        /** Frees what nothing will read again; a way back reads all that was recorded. */
        private static void release(Tensor tensor) {
            if (!Gradients.recording()) {
                tensor.close();
            }
        }

        /** Whether something inside a block is read, so that its halves have to run apart. */
        private boolean inside(int block) {
            return wanted(Kind.ATTN_OUT, block) || wanted(Kind.RESID_MID, block) || wanted(Kind.MLP_OUT, block);
        }

        /** From the start of a block to its middle; where there is none, to its end. */
        private Tensor attention(Tensor hidden, int block) {
            Tensor added = pass.attention(hidden, block, plan.interventions());
            read(new Point(Kind.ATTN_OUT, block), added);
            Tensor middle = pass.sum(hidden, added, new Point(Kind.RESID_MID, block), plan.interventions());
            release(added);
            if (!decoder.facts().parallelResidual()) {
                return middle;
            }
            Tensor end = mlp(hidden, middle, block);
            release(middle);
            return end;
        }

        private Tensor mlp(Tensor read, Tensor middle, int block) {
            Tensor added = pass.mlp(read, block, plan.interventions());
            read(new Point(Kind.MLP_OUT, block), added);
            Tensor end = pass.sum(middle, added, Point.residPost(block), plan.interventions());
            release(added);
            return end;
        }

        private void readStream(Tensor hidden, int stage) {
            int block = stage / 2;
            if (stage % 2 == 1) {
                read(new Point(Kind.RESID_MID, block), hidden);
                return;
            }
            if (block > 0) {
                read(Point.residPost(block - 1), hidden);
            }
            read(new Point(Kind.RESID_PRE, block), hidden);
            if (block == last + 1 && wanted(Kind.FINAL_NORM, 0)) {
                try (Tensor normed = pass.normedAll(hidden)) {
                    read(new Point(Kind.FINAL_NORM, 0), normed);
                }
            }
        }

        private void read(Point point, Tensor values) {
            if (wanted.contains(point)) {
                activations.read(point, values);
            }
        }

        /** The graph is cut at every stage that is asked for; the way back then goes from cut to cut and frees each part behind it. */
        void andBack(Predictions predictions, double[] nll, Reader gradients) {
            int[] stages = plan.points().stream()
                    .mapToInt(this::stage)
                    .sorted()
                    .distinct()
                    .toArray();
            List<Tensor> outputs = new ArrayList<>();
            List<Tensor> leaves = new ArrayList<>();
            Tensor embedded = pass.embeddings(plan.interventions(), this::embeddings);
            readStream(embedded, 0);
            Tensor output = advance(embedded, 0, stages[0]);
            for (int index = 0; index < stages.length; index++) {
                Tensor leaf = Gradients.leaf(output);
                outputs.add(output);
                leaves.add(leaf);
                int from = stages[index];
                int to = index + 1 < stages.length ? stages[index + 1] : 2 * last + 2;
                output = from == to ? leaf : Gradients.record(() -> advance(leaf, from, to));
            }
            Predictions.Start start =
                    predictions.gradient(pass, output, decoder.facts().hiddenSize(), nll);
            Tensor recorded = start.normed();
            Tensor gradient = start.seed();
            if (wanted(Kind.FINAL_NORM, 0)) {
                try (Tensor everywhere = pass.spread(gradient, predictions.positions())) {
                    gradients.read(new Point(Kind.FINAL_NORM, 0), everywhere);
                }
            }
            for (int index = stages.length - 1; index >= 0; index--) {
                gradient = Gradients.pull(recorded, gradient, leaves.get(index));
                for (Point point : plan.points()) {
                    if (point.kind() != Kind.FINAL_NORM && stage(point) == stages[index]) {
                        gradients.read(point, gradient);
                    }
                }
                recorded = outputs.get(index);
            }
        }
    }
}
