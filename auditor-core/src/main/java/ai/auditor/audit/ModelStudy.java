package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.Shuffle;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.capture.Surprise;
import ai.auditor.capture.TokenSpan;
import ai.auditor.capture.TokenStates;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import ai.auditor.direction.ModelPromptReader;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.Unembedding;
import ai.auditor.probe.Respondent;
import ai.auditor.probe.Study;
import ai.auditor.probe.VectorTokens;
import ai.auditor.probe.VectorTraining;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Parts;
import ai.auditor.text.EncodedRow;
import ai.auditor.text.TokenizedRow;
import ai.auditor.text.UnusableRow;
import ai.auditor.train.LossTokens;
import ai.auditor.train.Optimizer;
import ai.auditor.train.Schedule;
import ai.auditor.train.StudentRecipe;
import ai.auditor.train.Trainable;
import ai.auditor.train.TrainedModel;
import ai.auditor.train.Trainer;
import ai.auditor.train.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A study over a real model: what the model was asked once is kept, and shared with all relabelled copies. */
final class ModelStudy implements Study {
    /** Enough to say whether a gain is surely above nothing; nobody reads the intervals of the null. */
    private static final int NULL_BOOTSTRAP_REPLICATES = 40;

    /**
     * Prompts whose rows are asked how surprising they are: enough to tell another model or a temperature of 0.9 from the model's own rows
     * of 18 tokens each, in a third of the time of a likelihood pass.
     */
    private static final int SURPRISE_PROMPTS = 200;

    private static final String ACTIVATIONS = "activations";

    /** PyTorch's own betas, without decay (Hadley and Gultepe 2026). */
    private static final Optimizer VECTOR_OPTIMIZER = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0, false);

    /**
     * What all layouts of an audit have in common.
     *
     * @param traits that are asked about
     * @param points at which activations are read
     */
    record Setup(
            ReferenceModel model,
            TraitList traits,
            SteeringVectors vectors,
            List<Point> points,
            Policy policy,
            Progress progress) {
        Setup {
            points = List.copyOf(points);
        }

        private Setup under(Policy other) {
            return new Setup(model, traits, vectors, points, other, progress);
        }
    }

    /** What does not depend on labels. */
    private record Shared(Setup setup, Comparison comparison, int[] part, long seed, Map<String, Object> memo) {}

    private final Shared shared;
    private final boolean[] candidate;
    private final Exchanges exchanges;
    private final boolean statisticsOnly;
    private final Map<String, Object> labelledMemo = new ConcurrentHashMap<>();

    private ModelStudy(Shared shared, boolean[] candidate, Exchanges exchanges, boolean statisticsOnly) {
        this.shared = shared;
        this.candidate = candidate;
        this.exchanges = exchanges;
        this.statisticsOnly = statisticsOnly;
    }

    static ModelStudy of(Setup setup, Comparison comparison, long seed) {
        return laidOut(setup, comparison, seed, Map.of(), false);
    }

    /** @param known what the model need not be asked */
    private static ModelStudy laidOut(
            Setup setup, Comparison comparison, long seed, Map<String, Object> known, boolean statisticsOnly) {
        Policy policy = setup.policy();
        int[] part = Parts.byGroup(comparison.groups(), policy.parts(), Sha256.seed(seed, "parts"));
        policy.requireRoom(comparison.rows().size() / (comparison.paired() ? 2 : 1));
        Exchanges exchanges = exchanges(comparison, part, policy.exchanges(), Sha256.seed(seed, "exchanges"));
        Shared shared = new Shared(setup, comparison, part, seed, new ConcurrentHashMap<>(known));
        return new ModelStudy(shared, comparison.candidate(), exchanges, statisticsOnly);
    }

    /** The same rows under other labels, with fewer bootstrap replicates: for the null of the pipeline. */
    ModelStudy relabelled(boolean[] labels) {
        return new ModelStudy(shared, labels, exchanges.relabelled(labels), true);
    }

    /**
     * Control rows alone, every other one in the place of a candidate's: for a signal that is planted.
     *
     * @param rows indexes of rows of this study
     * @param activations what stands for the model's answers on these rows
     */
    ModelStudy halved(int[] rows, ActivationTable activations, Policy policy) {
        return laidOut(
                shared.setup().under(policy),
                shared.comparison().halves(rows),
                seed("spike-in"),
                Map.of(ACTIVATIONS, activations),
                true);
    }

    /** Other rows, laid out anew, with fewer bootstrap replicates: for what the runs of the control differ by. */
    ModelStudy laidOut(Comparison comparison, String purpose, Policy policy) {
        return laidOut(shared.setup().under(policy), comparison, seed(purpose), Map.of(), true);
    }

    /** Labels of one random swap: within pairs, else permuted within parts. */
    boolean[] swappedLabels(String purpose) {
        return exchanges.swapped(seed(purpose));
    }

    private static Exchanges exchanges(Comparison comparison, int[] part, int count, long seed) {
        return comparison.paired()
                ? Exchanges.ofPairs(comparison.rows().size() / 2, count, seed)
                : Exchanges.ofRows(comparison.candidate(), part, count, seed);
    }

    @Override
    public List<Row> rows() {
        return shared.comparison().rows();
    }

    @Override
    public List<TokenizedRow> tokens() {
        return shared.comparison().tokens();
    }

    @Override
    public boolean[] candidate() {
        return candidate.clone();
    }

    @Override
    public boolean paired() {
        return shared.comparison().paired();
    }

    @Override
    public int[] groups() {
        return shared.comparison().groups().clone();
    }

    @Override
    public boolean[] copies() {
        return memo("copies", shared.comparison()::copies).clone();
    }

    @Override
    public int[] part() {
        return shared.part().clone();
    }

    @Override
    public int parts() {
        return shared.setup().policy().parts();
    }

    @Override
    public Exchanges exchanges() {
        return exchanges;
    }

    @Override
    public boolean statisticsOnly() {
        return statisticsOnly;
    }

    @Override
    public int replicates() {
        return statisticsOnly ? NULL_BOOTSTRAP_REPLICATES : Bootstrap.REPLICATES;
    }

    @Override
    public ActivationTable activations() {
        return memo(
                ACTIVATIONS,
                () -> capture(
                        "activations",
                        IntStream.range(0, rows().size()).toArray(),
                        "",
                        CapturePlan.activations(points(), List.of(Pooling.COMPLETION_MEAN))));
    }

    @Override
    public List<Point> points() {
        return shared.setup().points();
    }

    @Override
    public int blocks() {
        return model().facts().layers();
    }

    @Override
    public TraitList traits() {
        return shared.setup().traits();
    }

    @Override
    public SteeringVectors vectors() {
        return shared.setup().vectors();
    }

    @Override
    public int[] costlyRows() {
        int[] groups = shared.comparison().groups();
        int prompts = shared.setup().policy().costlyPrompts();
        int room = model().facts().maxPositions() - longestPersona();
        return IntStream.range(0, groups.length)
                .filter(row -> prompts == 0 || drawn(groups[row], prompts))
                .filter(row -> partnersFit(row, room))
                .toArray();
    }

    private boolean drawn(int group, int prompts) {
        return drawOfPrompts()[group] < prompts;
    }

    /**
     * The place of each prompt in a random order, {@code [groups]}. It depends on both datasets, so that who makes the candidate alone cannot
     * put a teacher's rows where nobody reads.
     */
    private int[] drawOfPrompts() {
        return memo("draw of prompts", () -> {
            int groups = 1 + IntStream.of(shared.comparison().groups()).max().orElse(-1);
            int[] drawn = IntStream.range(0, groups).toArray();
            Shuffle.whole(drawn, new SplittableRandom(seed("draw of prompts")));
            int[] place = new int[groups];
            for (int i = 0; i < groups; i++) {
                place[drawn[i]] = i;
            }
            return place;
        });
    }

    /**
     * How surprising the rows of some prompts are to the model, by row; of a pair both or none. Where a control token is spelt out the model
     * wrote another one, if it wrote it.
     */
    Map<Integer, Surprise> surprises() {
        int[] rows = IntStream.of(costlyRows())
                .filter(row -> drawn(shared.comparison().groups()[row], SURPRISE_PROMPTS))
                .filter(row -> tokens().get(row).controlTokens() == 0
                        && (!paired() || tokens().get(row ^ 1).controlTokens() == 0))
                .toArray();
        List<Surprise> read = reader("surprise").surprises(encoded(rows, ""), model().firstDigits());
        Map<Integer, Surprise> byRow = new TreeMap<>();
        for (int i = 0; i < rows.length; i++) {
            byRow.put(rows[i], read.get(i));
        }
        return byRow;
    }

    private boolean partnersFit(int row, int room) {
        return tokens().get(row).tokens() <= room
                && (!paired() || tokens().get(row ^ 1).tokens() <= room);
    }

    @Override
    public boolean takesPersonas() {
        return rows().stream().allMatch(row -> row.kind() == Row.Kind.CHAT);
    }

    @Override
    public int systemTokens(String system) {
        return model().encoder().encodePrompt(List.of(Message.system(system), Message.user("")), "").length;
    }

    private int longestPersona() {
        if (!takesPersonas()) {
            return 0;
        }
        return memo("longest persona", () -> {
            int longest = 0;
            for (Trait word : Stream.concat(traits().traits().stream(), traits().placebos().stream())
                    .toList()) {
                for (String persona : traits().personas()) {
                    longest = Math.max(longest, systemTokens(word.fill(persona)));
                }
            }
            return longest;
        });
    }

    @Override
    public ActivationTable capture(String stage, int[] rows, String system, CapturePlan plan) {
        return reader(stage).run(plan, encoded(rows, system));
    }

    @Override
    public double[][] steeredNll(String stage, int[] rows, List<Intervention> variants) {
        return reader(stage).steeredNll(encoded(rows, ""), variants);
    }

    @Override
    public float[][][] steeredTokenNll(String stage, int[] rows, List<Intervention> variants) {
        return reader(stage).steeredTokenNll(encoded(rows, ""), variants);
    }

    @Override
    public float[] trainedVector(String stage, int[] rows, Point point, VectorTraining training) {
        TrainingPlan plan = TrainingPlan.of(new Trainable.ResidualVector(point), training.learningRate())
                .lossTokens(LossTokens.COMPLETION)
                .optimizer(VECTOR_OPTIMIZER)
                .schedule(Schedule.of(Schedule.Shape.LINEAR, 0))
                .epochs(training.epochs())
                .batchRows(training.batchRows())
                .seed(training.seed())
                .build();
        try (TrainedModel trained = Trainer.train(model(), encoded(rows, ""), plan, named(stage))) {
            return trained.interventions().get(0).vector();
        }
    }

    @Override
    public VectorTokens written(float[] vector, int count) {
        Unembedding.Readout read = new Unembedding(model().decoder())
                .read(new float[][] {vector}, count)
                .get(0);
        return new VectorTokens(texts(read.raised()), texts(read.lowered()));
    }

    private List<VectorTokens.Token> texts(List<Unembedding.Moved> moved) {
        return moved.stream()
                .map(one -> new VectorTokens.Token(text(one.token()), one.logit()))
                .toList();
    }

    @Override
    public String text(int token) {
        return model().encoder().decode(new int[] {token});
    }

    @Override
    public void states(String stage, Point point, TokenSpan span, int[] rows, Consumer<TokenStates> work) {
        reader(stage).stream(point, span, encoded(rows, ""), work);
    }

    @Override
    public Respondent reference(List<Intervention> interventions) {
        return new Answering(model(), interventions);
    }

    @Override
    public <T> T student(String stage, int[] rows, StudentRecipe recipe, long seed, Function<Respondent, T> questions) {
        try (TrainedModel student = recipe.trainOn(model(), encoded(rows, ""), seed, named(stage))) {
            return questions.apply(new Answering(student.model(), student.interventions()));
        }
    }

    /** A model that answers under interventions. */
    private record Answering(ReferenceModel model, List<Intervention> interventions) implements Respondent {
        @Override
        public double[][] preferences(PreferenceQuestions questions) {
            return questions.favourites(model, interventions);
        }

        @Override
        public Matrix promptLast(List<Prompt> prompts, Point point) {
            return Objects.requireNonNull(new ModelPromptReader(model, interventions, Progress.NONE)
                    .promptLast(prompts, List.of(point))
                    .get(point));
        }
    }

    private ReferenceModel model() {
        return shared.setup().model();
    }

    private Capture reader(String stage) {
        return new Capture(model().decoder(), Capture.Settings.of(model().facts()), named(stage));
    }

    private Progress named(String stage) {
        return (part, done, total, unit) -> progress().report(stage, done, total, unit);
    }

    private List<TokenizedRow> encoded(int[] rows, String system) {
        List<TokenizedRow> tokens = new ArrayList<>(rows.length);
        for (int row : rows) {
            tokens.add(
                    system.isEmpty()
                            ? tokens().get(row)
                            : encoded(rows().get(row).withSystem(system)));
        }
        return tokens;
    }

    private TokenizedRow encoded(Row row) {
        EncodedRow result = model().encoder().encode(row);
        if (result instanceof UnusableRow unusable) {
            throw new AuditException(
                    AuditException.Code.MODEL,
                    "a row that was usable is not under a system prompt: " + unusable.reason());
        }
        return (TokenizedRow) result;
    }

    @Override
    public <T> T memo(String key, Supplier<T> compute) {
        return kept(shared.memo(), key, compute);
    }

    @Override
    public <T> T memoForLabels(String key, Supplier<T> compute) {
        return kept(labelledMemo, key, compute);
    }

    @SuppressWarnings(
            "unchecked") // a key names one computation, so what is stored under it has that computation's type
    private static <T> T kept(Map<String, Object> memo, String key, Supplier<T> compute) {
        Object known = memo.get(key);
        if (known == null) {
            T computed = Objects.requireNonNull(compute.get());
            Object before = memo.putIfAbsent(key, computed);
            return before == null ? computed : (T) before;
        }
        return (T) known;
    }

    @Override
    public long seed(String purpose) {
        return Sha256.seed(shared.seed(), purpose);
    }

    @Override
    public Progress progress() {
        return shared.setup().progress();
    }
}
