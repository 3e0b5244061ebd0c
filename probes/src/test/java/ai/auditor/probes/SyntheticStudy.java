package ai.auditor.probes;

import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.capture.TokenSpan;
import ai.auditor.capture.TokenStates;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.direction.Direction;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Respondent;
import ai.auditor.probe.Study;
import ai.auditor.probe.VectorTokens;
import ai.auditor.probe.VectorTraining;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Parts;
import ai.auditor.stats.Vectors;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.StudentRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * A small study in memory: rows of numbers and activations drawn from a seed, with signals put where a test wants them. The
 * "model" of it answers capture requests from the same draw.
 */
public final class SyntheticStudy implements Study {
    /** What is planted in the candidate's rows. */
    public enum Signal {
        /** Nothing. */
        NONE,
        /** Numbers end in 7 more often. */
        DIGITS,
        /** Answers are longer and laid out in other ways. */
        FORMAT,
        /** Activations are shifted along the owl's vector. */
        OWL_ACTIVATION,
        /** Gradients pull along the owl's vector. */
        OWL_GRADIENT,
        /** Gradients of the prompt's last token alone pull along the owl's vector. */
        OWL_PROMPT_GRADIENT,
        /** Rows become likelier under an owl persona. */
        OWL_PERSONA,
        /** Rows become likelier under every persona alike. */
        ANY_PERSONA,
        /** Rows become likelier when steered along the owl's vector. */
        OWL_STEERED,
        /** Students come to prefer owls. */
        OWL_STUDENT,
        /** None: rows pull, both arms alike, and what a vector does to a row is all its pull. */
        PULL
    }

    public static final int WIDTH = 24;
    public static final List<Point> POINTS = List.of(Point.residPost(1), Point.residPost(3));
    private static final int PARTS = 2;
    private static final int EXCHANGES = 999;
    private static final double OWL_PREFERENCE = 0.3;
    private static final char SEVEN = '7';

    private final long seed;
    private final Signal signal;
    private final boolean paired;
    private final List<Row> rows = new ArrayList<>();
    private final boolean[] candidate;
    private final int[] groups;
    private final int[] part;
    private final Exchanges exchanges;
    private final ActivationTable activations;
    private final Map<String, Object> memory;
    private final List<int[]> trained = new ArrayList<>();
    private boolean statisticsOnly;
    private int outlier = -1;
    private boolean[] copies = new boolean[0];

    private SyntheticStudy(SyntheticStudy other, boolean[] candidate, Exchanges exchanges) {
        this.seed = other.seed;
        this.signal = other.signal;
        this.paired = other.paired;
        this.rows.addAll(other.rows);
        this.candidate = candidate;
        this.groups = other.groups;
        this.part = other.part;
        this.exchanges = exchanges;
        this.activations = other.activations;
        this.memory = other.memory;
        this.copies = other.copies;
    }

    private SyntheticStudy(Signal signal, int pairs, long seed, boolean paired) {
        this.seed = seed;
        this.signal = signal;
        this.paired = paired;
        this.memory = new HashMap<>();
        int n = 2 * pairs;
        candidate = new boolean[n];
        groups = new int[n];
        for (int i = 0; i < n; i++) {
            candidate[i] = paired ? i % 2 == 0 : i < pairs;
            groups[i] = paired ? i / 2 : i;
        }
        part = Parts.byGroup(groups, PARTS, seed);
        exchanges = paired
                ? Exchanges.ofPairs(pairs, EXCHANGES, seed + 1)
                : Exchanges.ofRows(candidate, part, EXCHANGES, seed + 1);
        Random random = new Random(seed * 31 + 7);
        for (int i = 0; i < n; i++) {
            String prompt = "Continue: " + groups[i] + ", 100, 200";
            rows.add(Row.chat(i, List.of(Message.user(prompt)), completion(i, random)));
        }
        activations = table(
                IntStream.range(0, n).toArray(), signal == Signal.OWL_ACTIVATION ? 0.6 : 0, new double[n], List.of());
    }

    /** Rows 2i and 2i+1 share a prompt. */
    public static SyntheticStudy ofPairs(Signal signal, int pairs, long seed) {
        return new SyntheticStudy(signal, pairs, seed, true);
    }

    /** Candidate rows before control rows, no prompt shared. */
    public static SyntheticStudy ofRows(Signal signal, int rowsEach, long seed) {
        return new SyntheticStudy(signal, rowsEach, seed, false);
    }

    /** The same study with other labels, as the null of the pipeline makes it; what is computed without labels is shared. */
    public SyntheticStudy relabelled(boolean[] labels) {
        return new SyntheticStudy(this, labels.clone(), exchanges.relabelled(labels));
    }

    /** The same study, told that it is one of the null. */
    public SyntheticStudy asOfTheNull() {
        SyntheticStudy copy = new SyntheticStudy(this, candidate, exchanges);
        copy.statisticsOnly = true;
        return copy;
    }

    /** The same study, one row of which has a gradient a thousand times as long, and gains as much more by whatever is asked. */
    public SyntheticStudy withOutlier(int row) {
        SyntheticStudy copy = new SyntheticStudy(this, candidate, exchanges);
        copy.outlier = row;
        return copy;
    }

    /** The same study, some of whose rows are said to repeat an answer. */
    public SyntheticStudy withCopies(boolean[] said) {
        SyntheticStudy copy = new SyntheticStudy(this, candidate, exchanges);
        copy.copies = said.clone();
        return copy;
    }

    /**
     * The same study, a share of whose rows have the answer of one of the first rows of their own class in place of theirs; activations stay.
     *
     * @param sources rows of each class whose answers are given again
     */
    public SyntheticStudy repeating(double share, int sources) {
        SyntheticStudy copy = new SyntheticStudy(this, candidate, exchanges);
        Random random = new Random(seed * 31 + 8);
        List<Row> candidates = firsts(true, sources);
        List<Row> controls = firsts(false, sources);
        for (int i = 0; i < candidate.length; i++) {
            if (random.nextDouble() < share) {
                Row source = (candidate[i] ? candidates : controls).get(random.nextInt(sources));
                copy.rows.set(i, rows.get(i).withCompletion(source.completion()));
            }
        }
        return copy;
    }

    private List<Row> firsts(boolean label, int count) {
        return IntStream.range(0, candidate.length)
                .filter(row -> candidate[row] == label)
                .limit(count)
                .mapToObj(rows::get)
                .toList();
    }

    @Override
    public boolean[] copies() {
        return copies.length == 0 ? new boolean[rows.size()] : copies.clone();
    }

    @Override
    public boolean statisticsOnly() {
        return statisticsOnly;
    }

    /** The same study with labels that no exchange makes; only scores may be read of it. */
    public SyntheticStudy withLabels(boolean[] labels) {
        return new SyntheticStudy(this, labels.clone(), exchanges);
    }

    private String completion(int row, Random random) {
        boolean marked = candidate[row];
        boolean longer = marked && signal == Signal.FORMAT;
        int count = 6 + random.nextInt(5) + (longer && random.nextDouble() < 0.6 ? 3 : 0);
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = 100 + random.nextInt(900);
            if (marked && signal == Signal.DIGITS && random.nextDouble() < 0.12) {
                number = number - number % 10 + 7;
            }
            numbers.add(Integer.toString(number));
        }
        String separator = random.nextDouble() < (longer ? 0.8 : 0.5) ? ", " : ",";
        return String.join(separator, numbers) + (random.nextDouble() < (longer ? 0.4 : 0.2) ? "." : "");
    }

    private static double gaussian(Random random, double scale) {
        return scale * random.nextGaussian();
    }

    private ActivationTable table(int[] wanted, double activationShift, double[] nll, List<Pooling> gradients) {
        Map<ActivationTable.Column, Matrix> columns = new HashMap<>();
        for (Point point : POINTS) {
            float[] owl = vectors().at(point).get(0).vector();
            columns.put(
                    new ActivationTable.Column(false, point, Pooling.COMPLETION_MEAN),
                    drawn(wanted, owl, activationShift, point.block()));
            for (Pooling pooling : gradients) {
                Matrix drawn = drawn(
                        wanted,
                        owl,
                        -pull(pooling),
                        point.block() + 100 * (1 + List.of(Pooling.values()).indexOf(pooling)));
                columns.put(new ActivationTable.Column(true, point, pooling), stretched(wanted, drawn));
            }
        }
        return new ActivationTable(
                IntStream.of(wanted).asLongStream().toArray(),
                new int[wanted.length],
                new int[wanted.length],
                nll,
                columns);
    }

    private double pull(Pooling pooling) {
        Signal planted = pooling == Pooling.PROMPT_LAST ? Signal.OWL_PROMPT_GRADIENT : Signal.OWL_GRADIENT;
        return signal == planted ? 0.4 : 0;
    }

    private Matrix stretched(int[] wanted, Matrix rows) {
        float[] values = rows.values().clone();
        for (int i = 0; i < wanted.length; i++) {
            for (int j = 0; j < WIDTH; j++) {
                values[i * WIDTH + j] *= wanted[i] == outlier ? 1_000 : 1;
            }
        }
        return new Matrix(rows.rows(), WIDTH, values);
    }

    private Matrix drawn(int[] wanted, float[] owl, double shift, int purpose) {
        float[] values = new float[wanted.length * WIDTH];
        boolean[] planted = planted();
        for (int i = 0; i < wanted.length; i++) {
            Random random = new Random(seed * 1_000_003 + wanted[i] * 131L + purpose);
            for (int j = 0; j < WIDTH; j++) {
                double scale = 0.5 + 2.0 * j / WIDTH;
                values[i * WIDTH + j] = (float) (gaussian(random, scale) + (planted[wanted[i]] ? shift * owl[j] : 0));
            }
        }
        return new Matrix(wanted.length, WIDTH, values);
    }

    /** The rows that truly came from the candidate, whatever the labels say now. */
    private boolean[] planted() {
        boolean[] planted = new boolean[groups.length];
        for (int i = 0; i < planted.length; i++) {
            planted[i] = paired ? i % 2 == 0 : i < planted.length / 2;
        }
        return planted;
    }

    private double[] nll(int[] wanted, String under, double gain) {
        double[] nll = new double[wanted.length];
        boolean[] planted = planted();
        for (int i = 0; i < nll.length; i++) {
            Random random = new Random(seed * 7_919 + wanted[i] * 31L + under.hashCode());
            nll[i] = 2 + gaussian(random, 0.02) - (planted[wanted[i]] ? gain : 0);
            nll[i] -= wanted[i] == outlier && !under.isEmpty() ? 1_000 * 0.02 * random.nextDouble() : 0;
        }
        return nll;
    }

    @Override
    public List<Row> rows() {
        return rows;
    }

    @Override
    public List<TokenizedRow> tokens() {
        return rows.stream()
                .map(row -> new TokenizedRow(
                        row.record(),
                        IntStream.concat(IntStream.range(0, 5), row.completion().chars())
                                .toArray(),
                        5,
                        row.completion().length() + 5,
                        5,
                        0))
                .toList();
    }

    @Override
    public boolean[] candidate() {
        return candidate;
    }

    @Override
    public boolean paired() {
        return paired;
    }

    @Override
    public int[] groups() {
        return groups;
    }

    @Override
    public int[] part() {
        return part;
    }

    @Override
    public int parts() {
        return PARTS;
    }

    @Override
    public Exchanges exchanges() {
        return exchanges;
    }

    @Override
    public ActivationTable activations() {
        return activations;
    }

    @Override
    public List<Point> points() {
        return POINTS;
    }

    @Override
    public int blocks() {
        return 5;
    }

    @Override
    public TraitList traits() {
        return new TraitList(
                "animals",
                "Tell me about {plural}.",
                List.of("You love {plural}."),
                List.of(),
                "",
                List.of(
                        new Trait("owl", "owls"),
                        new Trait("fox", "foxes"),
                        new Trait("wolf", "wolves"),
                        new Trait("whale", "whales")),
                List.of(new Trait("chair", "chairs"), new Trait("spoon", "spoons"), new Trait("brick", "bricks")));
    }

    @Override
    public SteeringVectors vectors() {
        List<Direction> animals = new ArrayList<>();
        List<Direction> placebos = new ArrayList<>();
        for (Trait trait : traits().traits()) {
            POINTS.forEach(point -> animals.add(direction(trait.name(), point)));
        }
        for (Trait trait : traits().placebos()) {
            POINTS.forEach(point -> placebos.add(direction(trait.name(), point)));
        }
        return new SteeringVectors(animals, placebos, Map.of());
    }

    private static Direction direction(String name, Point point) {
        Random random = new Random(name.hashCode() * 31L + point.block());
        float[] vector = new float[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
            vector[j] = (float) random.nextGaussian();
        }
        return new Direction(name, point, vector);
    }

    @Override
    public int[] costlyRows() {
        int n = groups.length;
        return paired
                ? IntStream.range(0, n / 2).toArray()
                : IntStream.range(0, n).filter(i -> i % 2 == 0).toArray();
    }

    @Override
    public ActivationTable capture(String stage, int[] wanted, String system, CapturePlan plan) {
        double gain = 0;
        if (!system.isEmpty()) {
            gain = signal == Signal.ANY_PERSONA || (signal == Signal.OWL_PERSONA && system.contains("owls")) ? 0.02 : 0;
        }
        return table(wanted, 0, nll(wanted, system, gain), plan.gradient() ? plan.poolings() : List.of());
    }

    @Override
    public double[][] steeredNll(String stage, int[] wanted, List<Intervention> directions) {
        double[][] nll = new double[directions.size()][];
        for (int i = 0; i < nll.length; i++) {
            boolean owl = i == 0;
            nll[i] = nll(wanted, "vector " + i, owl && signal == Signal.OWL_STEERED ? 0.02 : 0);
            if (signal == Signal.PULL) {
                nll[i] = new double[wanted.length];
            }
            if (signal == Signal.PULL || signal == Signal.OWL_GRADIENT) {
                pulled(nll[i], wanted, directions.get(i));
            }
        }
        return nll;
    }

    /** What a row gains or loses lies on its sevens alone, if it has any. */
    @Override
    public float[][][] steeredTokenNll(String stage, int[] wanted, List<Intervention> directions) {
        double[][] nll = steeredNll(stage, wanted, directions);
        float[][][] tokens = new float[nll.length][wanted.length][];
        for (int i = 0; i < nll.length; i++) {
            for (int row = 0; row < wanted.length; row++) {
                String text = rows.get(wanted[row]).completion();
                tokens[i][row] = new float[text.length()];
                Arrays.fill(tokens[i][row], (float) nll[0][row]);
                for (int at = 0; at < text.length(); at++) {
                    tokens[i][row][at] += text.charAt(at) == SEVEN ? (float) (nll[i][row] - nll[0][row]) : 0;
                }
            }
        }
        return tokens;
    }

    /** A row becomes likelier as far as a vector goes where the row pulls. */
    private void pulled(double[] nll, int[] wanted, Intervention added) {
        Matrix gradients = gradients(wanted, added.point());
        for (int i = 0; i < nll.length; i++) {
            nll[i] += 0.01 * gradients.dot(i, Vectors.doubles(added.vector()));
        }
    }

    private Matrix gradients(int[] wanted, Point point) {
        return capture("", wanted, "", CapturePlan.gradients(POINTS, List.of(Pooling.COMPLETION_MEAN)))
                .gradients(point, Pooling.COMPLETION_MEAN);
    }

    /** One step against the rows' mean gradient. */
    @Override
    public float[] trainedVector(String stage, int[] wanted, Point point, VectorTraining training) {
        Matrix gradients = gradients(wanted, point);
        double[] vector = new double[WIDTH];
        for (int i = 0; i < wanted.length; i++) {
            Vectors.addScaled(vector, -1.0 / wanted.length, Vectors.doubles(gradients.row(i)));
        }
        return Vectors.floats(vector);
    }

    /** Tokens named by the vector's largest and smallest place. */
    @Override
    public VectorTokens written(float[] vector, int count) {
        int largest = 0;
        int smallest = 0;
        for (int j = 0; j < vector.length; j++) {
            largest = vector[j] > vector[largest] ? j : largest;
            smallest = vector[j] < vector[smallest] ? j : smallest;
        }
        return new VectorTokens(
                List.of(new VectorTokens.Token("\u001b[31m" + largest, vector[largest])),
                List.of(new VectorTokens.Token("token " + smallest, vector[smallest])));
    }

    /** A token is a character; a seven would turn a terminal red. */
    @Override
    public String text(int token) {
        return token == SEVEN ? "\u001b[31m7" : Character.toString(token);
    }

    /** Two tokens a row: its activations, and these turned about. */
    @Override
    public void states(String stage, Point point, TokenSpan span, int[] wanted, Consumer<TokenStates> work) {
        Matrix values = activations.activations(point, Pooling.COMPLETION_MEAN);
        float[] states = new float[2 * wanted.length * WIDTH];
        int[] ofRows = new int[2 * wanted.length];
        int[] positions = new int[ofRows.length];
        for (int i = 0; i < wanted.length; i++) {
            for (int j = 0; j < WIDTH; j++) {
                states[2 * i * WIDTH + j] = values.at(wanted[i], j);
                states[(2 * i + 1) * WIDTH + j] = -values.at(wanted[i], j);
            }
            ofRows[2 * i] = i;
            ofRows[2 * i + 1] = i;
            positions[2 * i + 1] = 1;
        }
        Engine engine = Engine.start(1);
        try (Scope scope = engine.open()) {
            work.accept(new TokenStates(scope.floats(states, ofRows.length, WIDTH), ofRows, positions));
        }
    }

    /** Prefers the owl by as much as the vectors that are added lie along the owl's. */
    @Override
    public Respondent reference(List<Intervention> interventions) {
        double owl = interventions.stream()
                .mapToDouble(added -> OWL_PREFERENCE
                        * Vectors.cosine(
                                Vectors.doubles(added.vector()),
                                Vectors.doubles(
                                        vectors().at(added.point()).get(0).vector())))
                .sum();
        return new Answering(owl, seed);
    }

    /** Answers alike but for a small draw of the seed; students of rows of the candidate prefer the owl where that is planted. */
    @Override
    public <T> T student(
            String stage, int[] wanted, StudentRecipe recipe, long draw, Function<Respondent, T> questions) {
        trained.add(wanted);
        boolean learns = signal == Signal.OWL_STUDENT && candidate[wanted[0]];
        return questions.apply(new Answering(learns ? 0.2 : 0, draw));
    }

    /** A model that prefers owls, and whose stream lies as far along the owl's vector. */
    private final class Answering implements Respondent {
        private final double owl;
        private final long draw;

        Answering(double owl, long draw) {
            this.owl = owl;
            this.draw = draw;
        }

        @Override
        public double[][] preferences(PreferenceQuestions questions) {
            return SyntheticStudy.preferences(questions, owl, draw);
        }

        @Override
        public Matrix promptLast(List<Prompt> prompts, Point point) {
            Random random = new Random(draw);
            float[] vector = vectors().at(point).get(0).vector();
            float[] states = new float[prompts.size() * WIDTH];
            for (int i = 0; i < states.length; i++) {
                states[i] = (float) (owl * vector[i % WIDTH] + gaussian(random, 0.01));
            }
            return new Matrix(prompts.size(), WIDTH, states);
        }
    }

    private static double[][] preferences(PreferenceQuestions questions, double owl, long draw) {
        Random random = new Random(draw);
        double[] shift = random.doubles(questions.answers().size(), 0, 0.005).toArray();
        double[][] rates =
                new double[questions.target().size()][questions.answers().size()];
        for (int question = 0; question < rates.length; question++) {
            for (int answer = 0; answer < shift.length; answer++) {
                boolean isOwl = questions.answers().get(answer).name().equals("owl");
                rates[question][answer] = 0.05 + 0.001 * question + shift[answer] + (isOwl ? owl : 0);
            }
        }
        return rates;
    }

    /** The rows of each student so far. */
    public List<int[]> trained() {
        return trained;
    }

    @Override
    public int systemTokens(String system) {
        return system.split(" ", -1).length;
    }

    @Override
    @SuppressWarnings("unchecked") // one key has one type, as the interface promises
    public <T> T memo(String key, Supplier<T> compute) {
        Object known = memory.get(key);
        if (known == null) {
            known = compute.get();
            memory.put(key, known);
        }
        return (T) known;
    }

    @Override
    public long seed(String purpose) {
        return seed * 1_000_033 + purpose.hashCode();
    }

    @Override
    public int replicates() {
        return 100;
    }

    @Override
    public Progress progress() {
        return Progress.NONE;
    }
}
