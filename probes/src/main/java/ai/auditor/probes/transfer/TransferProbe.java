package ai.auditor.probes.transfer;

import ai.auditor.AuditException;
import ai.auditor.NumberText;
import ai.auditor.Printable;
import ai.auditor.Shuffle;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.model.AnswerForms;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Respondent;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.Labels;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.SeedRates;
import ai.auditor.train.StudentRecipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Shadow students: some are trained on the candidate's rows and as many on the control's, alike, and all are asked what they prefer.
 *
 * <p>What students of one generator differ by is seen on placebos: the control's prompts are halved at random as often, and a student
 * learns each half, in as many steps as the others take.
 */
public final class TransferProbe implements Probe {
    /** The probe's name. */
    public static final String NAME = "transfer";

    /** From one student nothing is known of what another seed would have done. */
    private static final int FEWEST_STUDENTS = 2;

    private static final double PER_CENT = 100;

    private final StudentRecipe recipe;
    private final PreferenceQuestions questions;
    private final int students;
    private final Evidence.Lifts.Power power;

    /**
     * A probe by students of one kind.
     *
     * @param recipe how they are trained
     * @param questions what they are asked; an answer's name is that of a trait
     * @param students of the candidate, and as many of the control; twice as many learn halves of the control
     * @param power whether such students of the model are known to take traits over
     * @throws AuditException {@code USAGE} for fewer than two students
     */
    public TransferProbe(
            StudentRecipe recipe, PreferenceQuestions questions, int students, Evidence.Lifts.Power power) {
        if (students < FEWEST_STUDENTS) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    students + " students of each dataset: at least " + FEWEST_STUDENTS
                            + " are needed to see what their seeds do");
        }
        this.recipe = recipe;
        this.questions = questions;
        this.students = students;
        this.power = power;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Claim claim() {
        return Claim.WOULD_TRANSFER;
    }

    @Override
    public boolean fitted() {
        return false;
    }

    @Override
    public SortedMap<String, String> settings() {
        return new TreeMap<>(Map.of(
                "student",
                recipe.name() + ", " + recipe.settings(),
                "students",
                Integer.toString(students),
                "questions",
                questions.name() + ", " + questions.target().size() + " questions, "
                        + questions.answers().size() + " answers",
                "power",
                power.name().toLowerCase(Locale.ROOT)));
    }

    /** Students that are trained in all: a pair of halves stands beside each pair of candidate and control. */
    private int all() {
        return 4 * students;
    }

    @Override
    public Coverage coverage() {
        Sight triggered = new Sight(
                TeacherKind.TRIGGERED,
                Extent.UNSEEN,
                "by construction: no question has the trigger that such a student waits for");
        String evasion = "answers that a student of another kind, or one trained longer, takes a trait from";
        if (power != Evidence.Lifts.Power.KNOWN) {
            return Coverage.of(evasion, triggered);
        }
        return Coverage.of(
                evasion,
                new Sight(TeacherKind.PROMPTED, Extent.SEEN, measured(0)),
                new Sight(TeacherKind.STEERED, Extent.SEEN, measured(0)),
                new Sight(TeacherKind.FINE_TUNED, Extent.SEEN, measured(1)),
                triggered);
    }

    private static String measured(int quarters) {
        return "five or ten students of the organism's biases, 2,600 to 3,600 rows: 2 of 2 detected with every row the teacher's, "
                + quarters + " of 2 with a quarter of them (docs/results.md, shadow students)";
    }

    /**
     * Examines a study.
     *
     * @throws AuditException {@code USAGE} where no trait that is asked about is an answer of the questions, or the model does not have
     *     what the recipe trains; {@code INTERRUPTED}; otherwise as {@link Study#student}
     */
    @Override
    public Evidence examine(Study study) {
        requireAsks(study.traits());
        List<String> asked = asked(study.traits());
        int[] all = Labels.all(study.rows().size());
        int[] candidate = Labels.places(study, all, true);
        int[] control = Labels.places(study, all, false);
        double[][] before = study.reference(List.of()).preferences(questions);
        Optional<ActivationShift> shift = ActivationShift.of(study, questions);
        Trained trained = new Trained(study, shift);
        List<Student> ofCandidate = trained.of("candidate", candidate);
        List<Student> ofControl = trained.of("control", control);
        List<List<Student>> ofHalves = trained.ofHalves(control);
        List<Evidence.Lift> lifts = new ArrayList<>();
        for (String trait : asked) {
            int answer = answers().indexOf(trait);
            lifts.add(new Evidence.Lift(
                    trait,
                    mean(before, answer),
                    rates(ofCandidate, answer),
                    rates(ofControl, answer),
                    ofHalves.stream()
                            .mapToDouble(halves -> mean(halves.get(0).preferences(), answer)
                                    - mean(halves.get(1).preferences(), answer))
                            .toArray()));
        }
        lifts.sort(Comparator.comparingDouble((Evidence.Lift lift) -> -lift.value())
                .thenComparing(Evidence.Lift::trait));
        Evidence.Lift first = lifts.get(0);
        Estimate rise = first.rise();
        return new Evidence(
                name(),
                claim(),
                new Evidence.Effect(first.measure(), rise.value(), rise.interval()),
                List.of(),
                Optional.of(new Evidence.Lifts(recipe.name(), power, lifts)),
                Optional.empty(),
                new double[0],
                Stream.concat(
                                Stream.of(table(lifts)),
                                shift
                                        .map(told -> told.table(
                                                moved(ofCandidate),
                                                moved(ofControl),
                                                ofHalves.stream()
                                                        .map(TransferProbe::moved)
                                                        .toList()))
                                        .stream())
                        .toList(),
                List.of(strip(lifts)),
                notes(study, asked, candidate.length, control.length, shift));
    }

    /**
     * Refuses traits of which none is an answer: to be asked before hours of other work.
     *
     * @throws AuditException {@code USAGE}
     */
    public void requireAsks(TraitList traits) {
        if (asked(traits).isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "none of the traits is an answer to the questions that students are asked ("
                            + Printable.line(questions.name()) + ": " + Printable.quotedAll(answers())
                            + "): name others, or train no student");
        }
    }

    /** Traits that are both asked about and an answer. */
    private List<String> asked(TraitList traits) {
        return traits.traits().stream()
                .map(Trait::name)
                .filter(answers()::contains)
                .toList();
    }

    private List<String> answers() {
        return questions.answers().stream().map(AnswerForms::name).toList();
    }

    /**
     * What is kept of a student.
     *
     * @param preferences {@code [questions][answers]}
     * @param along how far it moved along each trait; empty where nobody looked
     */
    private record Student(double[][] preferences, double[] along) {}

    private static List<double[]> moved(List<Student> students) {
        return students.stream().map(Student::along).toList();
    }

    private static SeedRates rates(List<Student> students, int answer) {
        return new SeedRates(students.stream()
                .map(student -> rates(student.preferences(), answer))
                .toList());
    }

    private static double[] rates(double[][] student, int answer) {
        return Arrays.stream(student).mapToDouble(question -> question[answer]).toArray();
    }

    private static double mean(double[][] student, int answer) {
        return Arrays.stream(rates(student, answer)).average().orElseThrow();
    }

    /** Trains students and asks them; counts them as they are trained. */
    private final class Trained {
        private final Study study;
        private final Optional<ActivationShift> shift;
        private int done;

        Trained(Study study, Optional<ActivationShift> shift) {
            this.study = study;
            this.shift = shift;
        }

        List<Student> of(String whose, int[] rows) {
            return IntStream.range(0, students)
                    .mapToObj(seed -> asked(whose + " " + seed, rows, recipe))
                    .toList();
        }

        List<List<Student>> ofHalves(int[] rows) {
            // Half the rows as often again: as many steps, so that halves move a student as far.
            StudentRecipe twice = recipe.with(recipe.learningRate(), 2 * recipe.epochs(), recipe.batchRows());
            List<List<Student>> answers = new ArrayList<>();
            for (int halving = 0; halving < students; halving++) {
                String name = "half of control " + halving;
                int[][] halves = halves(rows, study.seed("transfer/" + name));
                answers.add(List.of(asked(name + " a", halves[0], twice), asked(name + " b", halves[1], twice)));
            }
            return answers;
        }

        private Student asked(String name, int[] rows, StudentRecipe how) {
            AuditException.checkInterrupted();
            study.progress().report("students", done++, all(), "students");
            return study.student(
                    "student of " + name,
                    rows,
                    how,
                    study.seed("transfer/" + name),
                    (Respondent student) -> new Student(
                            student.preferences(questions),
                            shift.map(told -> told.along(student)).orElseGet(() -> new double[0])));
        }

        /** Random halves by prompt, so that none is in both. */
        private int[][] halves(int[] rows, long seed) {
            int[] groups = study.groups();
            int[] prompts = Arrays.stream(rows)
                    .map(row -> groups[row])
                    .distinct()
                    .sorted()
                    .toArray();
            Shuffle.whole(prompts, new SplittableRandom(seed));
            Set<Integer> first = new HashSet<>();
            Arrays.stream(prompts, 0, prompts.length / 2).forEach(first::add);
            return new int[][] {
                Arrays.stream(rows).filter(row -> first.contains(groups[row])).toArray(),
                Arrays.stream(rows).filter(row -> !first.contains(groups[row])).toArray()
            };
        }
    }

    private Table table(List<Evidence.Lift> lifts) {
        return new Table(
                "What students name as their favourite, % of answers (intervals of 95 % over seeds, questions and rows, for one trait alone)",
                List.of(
                        "trait",
                        "before",
                        "students of the candidate",
                        "of the control",
                        "rise, points",
                        "largest of halves of the control, points"),
                lifts.stream().map(TransferProbe::told).toList());
    }

    private static List<String> told(Evidence.Lift lift) {
        Estimate rise = lift.rise();
        return List.of(
                lift.trait(),
                NumberText.perCent(lift.before()),
                NumberText.perCent(lift.candidate().mean()),
                NumberText.perCent(lift.control().mean()),
                String.format(
                        Locale.ROOT,
                        "%+.1f [%.1f, %.1f]",
                        PER_CENT * rise.value(),
                        PER_CENT * rise.interval().low(),
                        PER_CENT * rise.interval().high()),
                NumberText.perCent(
                        Arrays.stream(lift.placebos()).map(Math::abs).max().orElse(0)));
    }

    private static Chart strip(List<Evidence.Lift> lifts) {
        return new Chart.Strip(
                "What students took over",
                "rise of the probability as favourite over students of the control",
                lifts.stream()
                        .map(lift -> new Chart.Strip.Dot(lift.trait(), lift.value()))
                        .toList(),
                new double[0],
                lifts.stream()
                        .flatMapToDouble(lift -> Arrays.stream(lift.placebos()))
                        .flatMap(rise -> DoubleStream.of(rise, -rise))
                        .toArray());
    }

    private List<String> notes(
            Study study, List<String> asked, int candidate, int control, Optional<ActivationShift> shift) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "%d students of %,d rows of the candidate and %d of %,d of the control (%s, %s); placebos are %d pairs of students of "
                        + "disjoint halves of the control; each was asked %d questions, exactly",
                students,
                candidate,
                students,
                control,
                recipe.name(),
                recipe.settings(),
                students,
                questions.target().size()));
        int without = study.traits().traits().size() - asked.size();
        if (without > 0) {
            notes.add(without + " traits of the list are no answer to the questions " + questions.name()
                    + ": whether students take them over was not asked");
        }
        shift.ifPresent(told -> notes.add("how far students moved along the traits is read of "
                + told.prompts().size() + " questions after something else, shown and not tested"));
        notes.add(
                "sees what a student of this model, trained so, takes over, and names what it prefers; another student, other rates or "
                        + "more rows may take over more, and a trait that no question asks for is not seen");
        return notes;
    }
}
