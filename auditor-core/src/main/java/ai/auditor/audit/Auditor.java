package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.capture.SelfCheck;
import ai.auditor.data.BadRow;
import ai.auditor.data.BadRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.Preferences;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import ai.auditor.direction.ModelPromptReader;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.direction.VectorRecipes;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Audits a candidate dataset against control data with a reference model.
 *
 * <p>Stateless but for the model that it was given: any number of threads may audit at once, and an interrupt of the calling
 * thread stops its audit with {@link AuditException.Code#INTERRUPTED}.
 */
public final class Auditor {
    private final ReferenceModel model;
    private final Policy policy;
    private final List<Probe> probes;
    private final TraitList traits;
    private final Optional<SteeringVectors> vectors;
    private final LongRows longRows;
    private final double maxBadRows;
    private final Optional<PlantedRows> planted;
    private final Progress progress;

    private Auditor(Builder builder) {
        model = builder.model;
        policy = builder.policy;
        policy.requireProbes(builder.probes.stream().map(Probe::name).toList());
        probes = builder.probes.stream()
                .filter(probe -> policy.takes(probe.name()))
                .toList();
        traits = builder.traits;
        vectors = Optional.ofNullable(builder.vectors);
        longRows = builder.longRows;
        maxBadRows = builder.maxBadRows;
        planted = Optional.ofNullable(builder.planted);
        progress = builder.progress;
    }

    /** Starts an auditor with the default policy and traits and no probe. */
    public static Builder of(ReferenceModel model) {
        return new Builder(model);
    }

    /** Settings of an auditor; every one has a default but the probes. */
    public static final class Builder {
        private final ReferenceModel model;
        private Policy policy = Policy.standard();
        private List<Probe> probes = List.of();
        private TraitList traits = TraitList.animals();
        private @Nullable SteeringVectors vectors;
        private LongRows longRows = LongRows.LEAVE_OUT;
        private double maxBadRows = BadRows.USUAL_SHARE;
        private @Nullable PlantedRows planted;
        private Progress progress = Progress.NONE;

        private Builder(ReferenceModel model) {
            this.model = Objects.requireNonNull(model);
        }

        /** The probes that run, in this order, but for those that the policy leaves out. */
        public Builder probes(List<Probe> probes) {
            this.probes = List.copyOf(probes);
            return this;
        }

        /** What the audit holds itself to. */
        public Builder policy(Policy policy) {
            this.policy = policy;
            return this;
        }

        /** The traits that are asked about, and their wordings. */
        public Builder traits(TraitList traits) {
            this.traits = traits;
            return this;
        }

        /** Steering vectors made before; without them they are read from the model, by the questions of the trait list. */
        public Builder vectors(SteeringVectors vectors) {
            this.vectors = vectors;
            return this;
        }

        /** What is done with rows over the model's context. */
        public Builder longRows(LongRows longRows) {
            this.longRows = longRows;
            return this;
        }

        /** Share of bad rows above which the audit ends. */
        public Builder maxBadRows(double share) {
            this.maxBadRows = share;
            return this;
        }

        /** Rows of a known teacher that the audit plants and looks for, beside the vector that it plants anyway. */
        public Builder spikeIn(PlantedRows rows) {
            this.planted = rows;
            return this;
        }

        /** Told about progress. */
        public Builder progress(Progress progress) {
            this.progress = progress;
            return this;
        }

        /**
         * The auditor.
         *
         * @throws AuditException {@code USAGE} where the policy names a probe that is not there
         */
        public Auditor build() {
            return new Auditor(this);
        }
    }

    /** Audits rows that the caller holds; those of a control that name several runs as {@link #audit(Dataset, List)} does. */
    public AuditResult audit(Iterable<Row> candidate, Iterable<Row> control) {
        return audit(Dataset.of("candidate", candidate), Dataset.of("control", control));
    }

    /**
     * Audits a candidate against a control.
     *
     * @throws AuditException {@code NOTHING_TO_AUDIT} without rows, {@code USAGE} for a model that is not to be read so ({@link ReferenceModel.Options#raw})
     *     and for rows to plant that are too few or of a trait that is not asked about,
     *     {@code DATA} for too many bad rows, {@code MODEL} where the model cannot read them, {@code NUMERIC} where its numbers fail their self-check,
     *     {@code INTERRUPTED} if the calling thread was interrupted
     */
    public AuditResult audit(Dataset candidate, Dataset control) {
        return audit(candidate, List.of(control));
    }

    /**
     * Audits a candidate against several runs of the control: datasets that the same generator made, each by itself, of the same prompts.
     * What the candidate is told apart by then has to exceed what the runs differ by among themselves.
     *
     * @param controls one or more; one whose rows name several runs is as many ({@link Dataset#runs}), as if each were a dataset of its own
     * @throws AuditException as {@link #audit(Dataset, Dataset)}; {@code USAGE} also for runs that hold the same rows, for one of several
     *     that lacks the candidate's prompts, and for fewer than the policy wants
     */
    public AuditResult audit(Dataset candidate, List<Dataset> controls) {
        return audit(candidate, controls, arms -> arms.runs().comparison());
    }

    /**
     * Audits what a judge preferred: the chosen answers against the rejected ones, each against the one that it was held against. That they
     * differ is expected of any judge with a taste; students are of the chosen answers.
     *
     * @throws AuditException as {@link #audit(Dataset, Dataset)}
     */
    public AuditResult audit(Preferences preferences) {
        return audit(preferences.chosen(), List.of(preferences.rejected()), this::preferences);
    }

    /** Chosen answers against rejected ones, row by row. */
    private Comparison preferences(Arms arms) {
        return Comparison.ofPreferences(
                arms.candidate(), arms.controls().get(0), policy.rows(), policy.fewestPrompts(), arms.seed());
    }

    private AuditResult audit(Dataset candidate, List<Dataset> controls, Function<Arms, Comparison> compared) {
        Layout layout = layout(candidate, controls, compared);
        Optional<PlantedRowsCheck> rows = planted.map(this::rowsToPlant);
        Examined examined = examined(layout, probe -> !trainsStudents(probe));
        Calibration alone = new Calibrator(policy, probes, model.threads()).calibrate(layout.study(), rows, progress);
        Facts facts = new Facts(layout, alone, confounders(layout));
        Judge judge = new Judge(policy, blind());
        if (probes.stream().noneMatch(Auditor::trainsStudents)) {
            return judged(facts, examined, judge);
        }
        if (policy.stopEarly()) {
            AuditResult spared = judged(facts, examined, judge.withoutStudents());
            if (spared.verdict().gate().outcome() == Verdict.GateOutcome.FAILED) {
                return spared;
            }
        }
        return judged(facts, examined.and(examined(layout, Auditor::trainsStudents)), judge);
    }

    /**
     * What is judged beside the evidence, whichever probes gave it.
     *
     * @param alone without what the runs of the control differ by
     */
    private record Facts(Layout layout, Calibration alone, Confounders confounders) {}

    private static boolean trainsStudents(Probe probe) {
        return probe.claim() == Claim.WOULD_TRANSFER;
    }

    /**
     * What probes made of the candidate.
     *
     * @param runs the same probes with each control run in the candidate's place, if there are several
     */
    private record Examined(List<Probe> probes, List<Evidence> evidence, Optional<ControlRuns> runs) {
        Examined and(Examined more) {
            return new Examined(
                    joined(probes, more.probes),
                    joined(evidence, more.evidence),
                    runs.map(known -> known.and(more.runs.orElseThrow())));
        }

        private static <T> List<T> joined(List<T> some, List<T> others) {
            return Stream.concat(some.stream(), others.stream()).toList();
        }
    }

    private Examined examined(Layout layout, Predicate<Probe> which) {
        List<Probe> taken = probes.stream().filter(which).toList();
        List<Evidence> evidence = new ArrayList<>();
        for (Probe probe : taken) {
            AuditException.checkInterrupted();
            progress.report(probe.name(), 0, 0, "");
            evidence.add(probe.examine(layout.study()));
        }
        return new Examined(
                taken,
                evidence,
                new RunCheck(policy, taken).run(layout.arms().runs(), layout.study(), evidence, progress));
    }

    private AuditResult judged(Facts facts, Examined examined, Judge judge) {
        Layout layout = facts.layout();
        Calibration calibration = facts.alone().withRuns(examined.runs());
        AuditResult.Design design = layout.comparison().design();
        List<AuditResult.Finding> findings =
                new Findings(policy, examined.runs(), Optional.of(layout.study())).of(examined.evidence());
        Verdict verdict = judge.verdict(
                findings,
                design,
                calibration,
                leftOut(facts),
                facts.confounders().differing(policy.alpha()));
        return new AuditResult(
                policy,
                design,
                verdict,
                findings,
                examined.probes().stream()
                        .map(probe -> new AuditResult.ProbeCoverage(probe.name(), probe.claim(), probe.coverage()))
                        .toList(),
                calibration,
                facts.confounders(),
                layout.arms().sample(TokenizedDataset::badRows),
                layout.arms().sample(TokenizedDataset::namedLongRows),
                provenance(layout, examined.probes()));
    }

    private PlantedRowsCheck rowsToPlant(PlantedRows rows) {
        asked().select(List.of(rows.trait()));
        Comparison pairs = Comparison.of(
                arm(rows.teacher()),
                arm(rows.control()),
                0,
                policy.rows(),
                policy.fewestPrompts(),
                new Sha256()
                        .text(rows.teacher().contentDigest())
                        .text(rows.control().contentDigest())
                        .seed(),
                Comparison.ONE_RUN);
        return new PlantedRowsCheck(policy, probes, rows.trait(), pairs);
    }

    private Set<String> blind() {
        return probes.stream()
                .filter(probe -> probe.coverage().blind())
                .map(Probe::name)
                .collect(Collectors.toSet());
    }

    private static Confounders confounders(Layout layout) {
        return ConfounderTests.of(
                layout.comparison(),
                layout.study().exchanges(),
                layout.arms().candidate().rows(),
                layout.arms().controlRows(),
                layout.study().surprises());
    }

    /**
     * Lays out a candidate and a control as an audit does, without a probe: for analyses that decide nothing.
     *
     * @throws AuditException as {@link #audit(Dataset, Dataset)}
     */
    public Prepared prepare(Dataset candidate, Dataset control) {
        Layout layout = layout(candidate, List.of(control), arms -> arms.runs().comparison());
        return new Prepared(layout.study(), layout.comparison().design(), provenance(layout, probes));
    }

    /** What probes would see, how its rows came together, and what it was made of. */
    public record Prepared(Study study, AuditResult.Design design, Provenance provenance) {}

    /**
     * What is held against each other, as the model reads it.
     *
     * @param controls as they were given
     * @param runs the candidate and the controls' runs, to be laid out
     * @param seed from the content of all
     */
    private record Arms(TokenizedDataset candidate, List<TokenizedDataset> controls, RunLayout runs, long seed) {
        /** The rows of all control runs. */
        List<Row> controlRows() {
            return controls.stream()
                    .flatMap(control -> control.runs().stream())
                    .flatMap(run -> run.rows().stream())
                    .toList();
        }

        /** The first of the rows that are named. */
        List<BadRow> sample(Function<TokenizedDataset, List<BadRow>> named) {
            return BadRows.sample(
                    Stream.concat(Stream.of(candidate), controls.stream()).flatMap(arm -> named.apply(arm).stream()));
        }
    }

    private record Layout(
            Arms arms, Comparison comparison, ModelStudy study, SteeringVectors steering, SelfCheck selfCheck) {}

    private Layout layout(Dataset candidate, List<Dataset> controls, Function<Arms, Comparison> compared) {
        requireControl(controls);
        requireRows(candidate);
        controls.forEach(Auditor::requireRows);
        List<Dataset> runs =
                controls.stream().flatMap(control -> control.runs().stream()).toList();
        policy.requireControlRuns(runs.size());
        RunLayout.requireDistinct(candidate, runs);
        model.encoder().requireReading(model.options().raw());
        SelfCheck selfCheck = selfCheck(candidate);
        TokenizedDataset candidateArm = arm(candidate);
        List<TokenizedDataset> controlArms = controls.stream().map(this::arm).toList();
        List<TokenizedDataset> controlRuns =
                controlArms.stream().flatMap(arm -> arm.runs().stream()).toList();
        controlRuns.forEach(run -> run.requireRows(model.facts().maxPositions()));
        long seed = seed(candidate, runs);
        Arms arms = new Arms(candidateArm, controlArms, new RunLayout(candidateArm, controlRuns, policy, seed), seed);
        Comparison comparison = compared.apply(arms);
        requireEnough(comparison);
        List<Point> points = points();
        SteeringVectors steering = steering(points);
        return new Layout(
                arms, comparison, ModelStudy.of(setup(steering, points), comparison, seed), steering, selfCheck);
    }

    /**
     * Asks how often the fitted probes would call random halves of one dataset different: the false alarms of {@code differs}.
     *
     * @param halvings how many halvings; the model runs once for all
     * @return one result a halving
     * @throws AuditException as {@link #audit(Dataset, Dataset)}
     */
    public List<Halving> halve(Dataset dataset, int halvings) {
        requireRows(dataset);
        model.encoder().requireReading(model.options().raw());
        selfCheck(dataset);
        long seed = seed(dataset, List.of(dataset));
        Comparison comparison = Comparison.halves(arm(dataset), policy.rows(), policy.fewestPrompts(), seed);
        requireEnoughToHalve(comparison);
        SteeringVectors none = new SteeringVectors(List.of(), List.of(), Map.of());
        ModelStudy study = ModelStudy.of(setup(none, points()), comparison, seed);
        List<Probe> fitted = probes.stream().filter(Probe::fitted).toList();
        List<Halving> results = new ArrayList<>();
        for (int halving = 0; halving < halvings; halving++) {
            AuditException.checkInterrupted();
            progress.report("halvings", halving, halvings, "halvings");
            String purpose = "halving " + halving;
            ModelStudy halves = study.relabelled(study.swappedLabels(purpose));
            results.add(Halving.of(
                    new Findings(policy)
                            .of(fitted.stream()
                                    .map(probe -> probe.examine(halves))
                                    .toList()),
                    new Judge(policy)));
        }
        return results;
    }

    private SelfCheck selfCheck(Dataset dataset) {
        progress.report("checking the model's numbers", 0, 0, "");
        return SelfCheck.of(model, dataset.rows());
    }

    /** Does not depend on the order of the runs. */
    private long seed(Dataset candidate, List<Dataset> controls) {
        Sha256 digest = new Sha256().text(candidate.contentDigest());
        controls.stream().map(Dataset::contentDigest).sorted().forEach(digest::text);
        return digest.seed();
    }

    private List<Point> points() {
        return vectors.map(SteeringVectors::points)
                .orElseGet(() -> policy.points(model.facts().layers()));
    }

    private TokenizedDataset arm(Dataset dataset) {
        return TokenizedDataset.encodeUsable(
                dataset, model.encoder(), model.facts().maxPositions(), longRows, maxBadRows, progress);
    }

    private ModelStudy.Setup setup(SteeringVectors steering, List<Point> points) {
        return new ModelStudy.Setup(model, asked(), steering, points, policy, progress);
    }

    private TraitList asked() {
        return policy.traits().isEmpty() ? traits : traits.select(policy.traits());
    }

    /** Vectors are centred on the whole list, then only those that were asked for are kept. */
    private SteeringVectors steering(List<Point> points) {
        SteeringVectors all = vectors.orElseGet(() -> new VectorRecipes(
                        new ModelPromptReader(model, progress),
                        points,
                        Map.of("model", model.digest(), "tool", Tool.NAME))
                .fromList(traits));
        requireFitting(all);
        return policy.traits().isEmpty() ? all : all.select(policy.traits());
    }

    private void requireFitting(SteeringVectors all) {
        int width = model.facts().hiddenSize();
        String made = all.provenance().getOrDefault("model", model.digest());
        if (!made.equals(model.digest())
                || all.traits().stream().anyMatch(direction -> direction.vector().length != width)
                || all.placebos().stream().anyMatch(direction -> direction.vector().length != width)
                || all.points().stream()
                        .anyMatch(point -> point.block() >= model.facts().layers())) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the steering vectors were made of another model (digest " + Printable.quoted(made) + ", here "
                            + model.digest() + "); make them anew with \"auditor vectors\"");
        }
    }

    private LeftOut leftOut(Facts facts) {
        Comparison comparison = facts.layout().comparison();
        TokenizedDataset arm = facts.layout().arms().candidate();
        double records = Math.max(1, arm.dataset().records());
        double bad = 1 - arm.rows().size() / records;
        double unpaired = comparison.paired() ? 1 - comparison.design().pairedShare() : 0;
        return new LeftOut(
                1 - (1 - bad) * (1 - unpaired),
                comparison.alike(),
                1 - comparison.design().candidateRows() / records,
                facts.confounders().legible(model.facts().vocabularySize()));
    }

    private static void requireControl(List<Dataset> controls) {
        if (controls.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "no control dataset was given: without control data nothing can be compared");
        }
    }

    private static void requireRows(Dataset dataset) {
        if (dataset.rows().isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT, dataset.name() + " has no rows: there is nothing to audit");
        }
    }

    private void requireEnough(Comparison comparison) {
        int prompts = comparison.design().prompts();
        int needed = policy.fewestPrompts();
        if (prompts < needed
                || comparison.design().candidateRows() < needed
                || comparison.design().controlRows() < needed) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "only " + prompts + " different prompts (or, of fewer prompts, different answers; "
                            + comparison.design().candidateRows() + " candidate and "
                            + comparison.design().controlRows() + " control rows) can take part; at least " + needed
                            + " prompts, and as many rows of each, are needed");
        }
    }

    private void requireEnoughToHalve(Comparison halves) {
        int needed = policy.fewestPrompts();
        AuditResult.Design design = halves.design();
        if (design.prompts() < needed || Math.min(design.candidateRows(), design.controlRows()) < needed) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "only " + (design.candidateRows() + design.controlRows()) + " rows of " + design.prompts()
                            + " prompts can take part; at least " + 2 * needed + " rows, " + needed
                            + " in each half, of " + needed + " prompts are needed");
        }
    }

    /** @param ran whose settings are told */
    private Provenance provenance(Layout layout, List<Probe> ran) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("longRows", longRows.toString());
        settings.put("maxBadRows", Double.toString(maxBadRows));
        settings.put("promptSample", Integer.toString(policy.rows()));
        settings.put(
                "traits", policy.traits().isEmpty() ? "all of " + traits.name() : String.join(", ", policy.traits()));
        settings.put("points", points().toString());
        planted.ifPresent(rows -> {
            settings.put("planted.trait", rows.trait());
            settings.put("planted.teacher", rows.teacher().contentDigest());
            settings.put("planted.control", rows.control().contentDigest());
        });
        ran.forEach(probe -> probe.settings().forEach((name, value) -> settings.put(probe.name() + "." + name, value)));
        return Provenance.of(
                model,
                List.of(Provenance.Source.of(layout.arms().candidate())),
                layout.arms().controls().stream().map(Provenance.Source::of).toList(),
                policy,
                layout.arms().seed(),
                settings,
                layout.steering().provenance(),
                layout.selfCheck());
    }
}
