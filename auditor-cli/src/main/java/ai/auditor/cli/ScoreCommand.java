package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Policy;
import ai.auditor.audit.ReferenceEffect;
import ai.auditor.audit.ReferenceFile;
import ai.auditor.data.Dataset;
import ai.auditor.direction.TraitList;
import ai.auditor.fixtures.lab.Label;
import ai.auditor.fixtures.lab.LabelFile;
import ai.auditor.fixtures.lab.ScoreboardRun;
import ai.auditor.fixtures.lab.ScoreboardTables;
import ai.auditor.fixtures.lab.Scored;
import ai.auditor.fixtures.lab.Scoring;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Table;
import ai.auditor.probes.Probes;
import ai.auditor.probes.transfer.TransferProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Audits labelled data: verdicts beside labels, and how often they err. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Audits every dataset of a folder with labels, and prints as Markdown the verdict beside the label, false alarms by kind, "
                    + "power by kind and fraction, the traits named, and what a risk was worth.",
            "The labels are yours (labels.yaml) or those of \"auditor fixtures build\". Shadow students are trained only where --student "
                    + "asks for them, in every tier; then would-transfer is scored too."
        })
final class ScoreCommand implements Callable<Integer> {
    /** The teacher of the grid whose rows are the reference. */
    private static final String STEERED = "steered";

    private final Terminal terminal;

    @Parameters(
            paramLabel = "FOLDER",
            description = "Datasets with labels.yaml (docs/labels.md), or made by \"auditor fixtures build\".")
    private String folder = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TraitOptions traits = new TraitOptions();

    @Mixin
    private PolicyOptions policies = new PolicyOptions();

    @Mixin
    private ShadowOptions shadows = new ShadowOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Option(
            names = "--runs",
            paramLabel = "FILE.jsonl",
            description =
                    "Keeps audits there as they are done, one a line; run again, and what is there is not done anew.")
    private @Nullable String runs;

    @Option(
            names = "--write-reference",
            paramLabel = "FILE.json",
            description =
                    "Writes what rows of the steered teachers do to each statistic: the model's reference effect, which --reference takes.")
    private @Nullable String writtenReference;

    @Mixin
    private TablesOption tables = new TablesOption();

    @Mixin
    private LogOptions log = new LogOptions();

    ScoreCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        Policy policy = policies.policy(
                traits, tier -> shadows.asked() ? Map.of(TransferProbe.NAME, Claim.WOULD_TRANSFER) : Map.of());
        TraitList list = traits.list(model);
        policies.requireKnown(policy, list);
        shadows.requireUsable();
        LabelFile file = new LabelFile(UserPath.existing(folder, "folder of labelled data"));
        List<Label> labels = file.auditable(list);
        if (labels.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    UserPath.shown(folder) + " has no labels.yaml or labels.json with datasets");
        }
        Optional<Path> reference = Optional.ofNullable(writtenReference).map(name -> reference(name, labels));
        Optional<KeptRuns<ScoreboardRun, ScoreboardRun.Key>> kept =
                Optional.ofNullable(runs).map(this::kept);
        tables.file().ifPresent(target -> requireOutside("--output", target));
        tables.requireUsable(inputs(), Optional.ofNullable(runs).map(Path::of));
        List<Probe> probes;
        Map<ScoreboardRun.Key, Label> audits;
        List<ScoreboardRun> done;
        Map<String, List<AuditResult>> steered = new TreeMap<>();
        try (Log progress = log.open(terminal);
                ReferenceModel reader = model.open()) {
            probes = probes(policy, reader, list);
            Scoring scoring = new Scoring(reader, list, policy, probes, file, path -> read(path, progress));
            audits = scoring.audits(labels);
            done = done(
                    kept,
                    audits.keySet(),
                    (known, sink) -> scoring.run(
                            audits,
                            known,
                            (run, result) -> {
                                sink.accept(run);
                                if (isReference(run.key().kind(), run.key().fraction())) {
                                    steered.computeIfAbsent(run.key().trait(), trait -> new ArrayList<>())
                                            .add(result);
                                }
                            },
                            progress));
        }
        tables.write(terminal, tables(audits, done, policy, probes));
        reference.ifPresent(target -> ReferenceFile.write(
                ReferenceEffect.measured("rows of the labelled set's steered teachers", steered), target));
        return 0;
    }

    private Dataset read(Path path, Log progress) {
        Dataset dataset = datasets.readUsable(List.of(path), progress);
        model.requireReads(dataset);
        return dataset;
    }

    /** The audits of a folder, those that are kept and the new ones, in any order. */
    private List<ScoreboardRun> done(
            Optional<KeptRuns<ScoreboardRun, ScoreboardRun.Key>> kept,
            Set<ScoreboardRun.Key> wanted,
            BiConsumer<Set<ScoreboardRun.Key>, Consumer<ScoreboardRun>> study) {
        if (kept.isPresent()) {
            return kept.get().completed(wanted, study, terminal);
        }
        List<ScoreboardRun> all = new ArrayList<>();
        study.accept(Set.of(), all::add);
        return all;
    }

    /** Those of the tier, and the students that were asked for. */
    private List<Probe> probes(Policy policy, ReferenceModel reader, TraitList list) {
        TraitList asked = policy.traits().isEmpty() ? list : list.select(policy.traits());
        return Stream.concat(Probes.of(policy).stream(), shadows.probe(model, reader, asked).stream())
                .toList();
    }

    /** In the order of the labels, whatever was done first. */
    private List<Table> tables(
            Map<ScoreboardRun.Key, Label> audits, List<ScoreboardRun> done, Policy policy, List<Probe> probes) {
        Map<ScoreboardRun.Key, ScoreboardRun> byKey =
                done.stream().collect(Collectors.toMap(ScoreboardRun::key, run -> run));
        List<Scored> scored = audits.entrySet().stream()
                .flatMap(audit ->
                        Stream.ofNullable(byKey.get(audit.getKey())).map(run -> new Scored(audit.getValue(), run)))
                .toList();
        List<Table> tables = new ArrayList<>(List.of(Scored.table(scored, shadows.asked()), Scored.reasons(scored)));
        if (shadows.asked()) {
            tables.add(Scored.transfers(scored));
        }
        tables.addAll(new ScoreboardTables(
                        scored.stream().map(Scored::run).toList(),
                        policy.alpha(),
                        probes.stream()
                                .filter(probe -> policy.takes(probe.name()))
                                .toList())
                .tables());
        return tables;
    }

    private KeptRuns<ScoreboardRun, ScoreboardRun.Key> kept(String name) {
        Path path = UserPath.of(name, "file of audits");
        requireOutside("--runs", path);
        return KeptRuns.of(ScoreboardRun.file(path), name, "audits", ScoreboardRun::key);
    }

    private Path reference(String name, List<Label> labels) {
        Path target = OutputFiles.ending(name, ".json");
        requireOutside("--write-reference", target);
        if (runs != null) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--write-reference takes more of an audit than --runs keeps: give one of them");
        }
        if (labels.stream().noneMatch(label -> isReference(label.kind(), label.fraction()))) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--write-reference is measured on rows that are all a teacher's of the kind \"" + STEERED
                            + "\", and the folder has none");
        }
        OutputFiles.requireUsable(target, inputs());
        return target;
    }

    /** What is read, and the audits that are kept. */
    private List<Path> inputs() {
        List<Path> inputs = new ArrayList<>(model.inputs());
        inputs.add(Path.of(folder));
        traits.file().ifPresent(inputs::add);
        inputs.addAll(policies.files());
        Optional.ofNullable(runs).map(Path::of).filter(Files::exists).ifPresent(inputs::add);
        return inputs;
    }

    private static boolean isReference(String kind, double fraction) {
        return kind.equals(STEERED) && fraction == 1;
    }

    private void requireOutside(String option, Path target) {
        if (target.toAbsolutePath()
                .normalize()
                .startsWith(Path.of(folder).toAbsolutePath().normalize())) {
            throw new AuditException(
                    AuditException.Code.USAGE, option + " cannot be written into the folder of labelled data");
        }
    }
}
