package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Redaction;
import ai.auditor.audit.AuditResult;
import ai.auditor.audit.Auditor;
import ai.auditor.audit.PlantedRows;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Tier;
import ai.auditor.data.Dataset;
import ai.auditor.data.Field;
import ai.auditor.data.Preferences;
import ai.auditor.data.ReadOptions;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Probe;
import ai.auditor.probes.Probes;
import ai.auditor.probes.sae.SaeProbe;
import ai.auditor.probes.transfer.TransferProbe;
import ai.auditor.report.TerminalReport;
import ai.auditor.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main job. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Audits a candidate dataset against control data with a reference model.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:complete, gate passed",
            "1:complete, gate failed",
            "2:not completed: I/O, data, model, memory, failed numeric self-check",
            "3:nothing auditable: no rows, nothing to compare with",
            "4:usage, configuration, a named file that is not there",
            "5:gate passed, but a required claim is inconclusive, the null is bad or a planted signal was missed",
            "130, 143:interrupted; nothing half-written"
        })
final class AuditCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call
    private CommandSpec spec;

    @Parameters(paramLabel = "CANDIDATE", description = "The dataset to audit: " + DatasetOptions.KINDS)
    private String candidate = "";

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description =
                    "Control data: the same prompts answered by the same model without the trait; named as CANDIDATE is. May be "
                            + "given again for more generation runs of the same prompts: then a claim is detected only where the "
                            + "candidate exceeds what the runs differ by. Four runs or more are recommended; each costs about one "
                            + "more audit.")
    private List<String> controls = List.of();

    @Option(
            names = "--run-field",
            paramLabel = "NAME",
            description =
                    "Field that says which generation run a control row comes from: each of its values, a string or an integer, is a run, "
                            + "as if it were a --control of its own. The candidate's rows stay together, whatever they say there.")
    private @Nullable String runField;

    @Option(
            names = "--against-rejected",
            description =
                    "In place of --control: audits what a judge preferred. CANDIDATE holds preference rows (prompt, chosen, rejected), and "
                            + "the chosen answers are held against the rejected ones of the same rows.")
    private boolean againstRejected;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TraitOptions traits = new TraitOptions();

    @Mixin
    private PolicyOptions policies = new PolicyOptions();

    @Mixin
    private SaeOptions sae = new SaeOptions();

    @Mixin
    private ShadowOptions shadows = new ShadowOptions();

    @Mixin
    private SpikeInOptions spikeIn = new SpikeInOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Mixin
    private VectorOptions vectors = new VectorOptions();

    @Mixin
    private LongRowsOption longRows = new LongRowsOption();

    @Option(
            names = "--show-rows",
            description =
                    "Shows the texts of rows that a deep audit names in full; without it their length and kinds of "
                            + "characters.")
    private boolean showRows;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "Writes a report; the ending decides: .html for people, .json for machines, .xml (JUnit) for a build "
                            + "server, .md for a pull request. May be given again.")
    private List<String> outputs = List.of();

    AuditCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> candidateFiles = UserPath.dataset(candidate, "candidate");
        List<List<Path>> controlFiles =
                controls.stream().map(name -> UserPath.dataset(name, "control")).toList();
        model.requireThere();
        List<Path> modelFiles = model.inputs();
        Policy policy = policies.policy(traits, this::addedProbes);
        TraitList traitList = traits.list(model);
        policies.requireKnown(policy, traitList);
        TraitList asked = policy.traits().isEmpty() ? traitList : traitList.select(policy.traits());
        List<Path> plantedFiles = spikeIn.requireUsable(asked);
        Optional<Path> vectorFile = vectors.file();
        Optional<Path> autoencoder = sae.path();
        shadows.requireUsable(policy.tier());
        OutputFiles files = OutputFiles.of(outputs);
        controlFiles.forEach(control -> UserPath.requireApart(candidateFiles, control));
        requireOneControl(policy);
        Optional<SteeringVectors> steering = vectorFile.map(SteeringVectors::read);
        List<Path> inputs = new ArrayList<>(candidateFiles);
        controlFiles.forEach(inputs::addAll);
        inputs.addAll(plantedFiles);
        vectorFile.ifPresent(inputs::add);
        traits.file().ifPresent(inputs::add);
        inputs.addAll(policies.files());
        inputs.addAll(modelFiles);
        autoencoder.ifPresent(inputs::add);
        files.requireUsable(inputs);

        try (Log progress = log.open(terminal)) {
            Optional<SaeOptions.Chosen> chosen = autoencoder.map(path -> sae.read(path, progress));
            // That a candidate names runs too is told in the report, so the field is read where it is there.
            Dataset given = datasets.readUsable(
                    candidateFiles,
                    againstRejected
                            ? AuditCommand::withRejected
                            : withRuns((options, name) -> options.withFieldIfThere(Field.RUN, name)),
                    progress);
            Optional<Preferences> preferences = againstRejected ? Optional.of(Preferences.of(given)) : Optional.empty();
            Dataset candidateRows = preferences.map(Preferences::chosen).orElse(given);
            List<Dataset> controlRows = preferences
                    .map(judged -> List.of(judged.rejected()))
                    .orElseGet(() -> controlFiles.stream()
                            .map(control -> datasets.readUsable(
                                    control, withRuns((options, name) -> options.withField(Field.RUN, name)), progress))
                            .toList());
            policy.requireControlRuns(controlRows.stream()
                    .mapToInt(control -> control.runs().size())
                    .sum());
            model.requireReads(candidateRows);
            controlRows.forEach(model::requireReads);
            Optional<PlantedRows> planted = spikeIn.read(datasets, model, progress);
            AuditResult result;
            progress.report("loading " + model.shown(), 0, 0, "");
            try (ReferenceModel reference = model.open();
                    Scope scope = reference.decoder().scope()) {
                List<Probe> probes = new ArrayList<>(Probes.of(
                        policy,
                        Optional.of(TraitFamily.of(reference).questions()),
                        showRows ? Redaction.FULL : Redaction.REDACTED));
                chosen.ifPresent(one -> probes.add(one.probe(reference, scope)));
                shadows.probe(policy.tier(), model, reference, asked, reason -> terminal.note(reason, List.of()))
                        .ifPresent(probes::add);
                Auditor.Builder auditor = Auditor.of(reference)
                        .probes(probes)
                        .policy(policy)
                        .traits(traitList)
                        .longRows(longRows.chosen())
                        .maxBadRows(datasets.maxBadRows())
                        .progress(progress);
                steering.ifPresent(auditor::vectors);
                planted.ifPresent(auditor::spikeIn);
                Auditor ready = auditor.build();
                result = preferences.map(ready::audit).orElseGet(() -> ready.audit(candidateRows, controlRows));
            }
            progress.close();
            // A report file that cannot be written after all must not take the result with it.
            terminal.out().print(TerminalReport.of(result, terminal.width(), terminal.colour()));
            terminal.out().flush();
            terminal.name(
                    result.provenance().total(Provenance.Source::badRows), "bad rows were left out", result.badRows());
            terminal.name(
                    result.provenance().total(Provenance.Source::longRows),
                    "rows are over the context",
                    result.longRows());
            files.write(result, OutputFiles.command(spec));
            files.names().ifPresent(names -> terminal.note("written: " + names, List.of()));
            return result.verdict().gate().outcome().exitCode();
        }
    }

    private Map<String, Claim> addedProbes(Tier tier) {
        Map<String, Claim> added = new LinkedHashMap<>();
        sae.path().ifPresent(path -> added.put(SaeProbe.NAME, Claim.DIFFERS));
        if (shadows.train(tier)) {
            added.put(TransferProbe.NAME, Claim.WOULD_TRANSFER);
        }
        return added;
    }

    /** Rejected answers are asked for, so that data without their field are refused by its name. */
    private static ReadOptions withRejected(ReadOptions options) {
        return options.fields().containsKey(Field.REJECTED)
                ? options
                : options.withField(Field.REJECTED, Field.REJECTED.usualNames().get(0));
    }

    private UnaryOperator<ReadOptions> withRuns(BiFunction<ReadOptions, String, ReadOptions> named) {
        String name = runField;
        return options -> name == null ? options : named.apply(options, name);
    }

    /** Whether there is something to compare with, and one kind of it. */
    private void requireOneControl(Policy policy) {
        if (againstRejected && !controls.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--against-rejected takes the rejected answers as the control: leave it out to audit the chosen answers against"
                            + " --control, or leave out --control");
        }
        if (againstRejected && policy.controlRuns() > 1) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the policy wants " + policy.controlRuns()
                            + " control runs, and rejected answers are one: audit them under a policy without controlRuns");
        }
        if (againstRejected && runField != null) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--run-field is for --control; rejected answers are no runs: leave one out");
        }
        if (!againstRejected && controls.isEmpty()) {
            throw noControl();
        }
        if (!againstRejected && runField == null) {
            // With a field of runs there may be more of them than files.
            policy.requireControlRuns(controls.size());
        }
    }

    /** Where nothing is there to compare with. */
    static AuditException noControl() {
        return new AuditException(
                AuditException.Code.NOTHING_TO_AUDIT,
                "no --control was given: without control data nothing can be compared; make some by having the same model"
                        + " answer the same prompts without the trait (\"auditor control CANDIDATE -o CONTROL.jsonl\", where it is here)");
    }
}
