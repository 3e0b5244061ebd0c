package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.audit.Provenance;
import ai.auditor.data.Dataset;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.linear.ComparisonJson;
import ai.auditor.probes.linear.ComparisonTables;
import ai.auditor.probes.linear.DatasetComparison;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells how far several datasets can be told apart, from a control and from each other. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Tells how far several datasets can be told apart, from a control and from each other, by one linear probe of as many classes, beside what"
                    + " format and length alone tell.",
            "It describes and decides nothing: that datasets differ names no trait. \"auditor audit\" asks each candidate for traits."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "2:not completed: I/O, data, model, memory, failed numeric self-check",
            "3:nothing to compare: no rows, no --control, too few prompts in common",
            "4:usage, configuration, a named file that is not there",
            "130, 143:interrupted; nothing half-written"
        })
final class CompareCommand implements Callable<Integer> {
    private enum Format {
        JSON,
        MARKDOWN
    }

    private static final Map<String, Format> ENDINGS =
            new TreeMap<>(Map.of(".json", Format.JSON, ".md", Format.MARKDOWN));

    private final Terminal terminal;

    @Parameters(
            paramLabel = "CANDIDATE",
            description =
                    "The datasets, 2 to 20, answers to the same prompts, of which 60 or more are answered by all: "
                            + DatasetOptions.KINDS)
    private List<String> candidates = List.of();

    @Option(
            names = "--control",
            paramLabel = "CONTROL",
            description = "Data without a trait, of the same prompts; named as CANDIDATE is.")
    private @Nullable String control;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "0",
            converter = CountConverter.class,
            description = "A seeded sample of N prompts; 0 takes all (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Mixin
    private LongRowsOption longRows = new LongRowsOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "All numbers (.json) or the tables (.md); may be given again.")
    private List<String> outputs = List.of();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<List<Path>> candidateFiles = candidates.stream()
                .map(name -> UserPath.dataset(name, "candidate"))
                .toList();
        Optional<List<Path>> controlFiles = Optional.ofNullable(control).map(name -> UserPath.dataset(name, "control"));
        model.requireThere();
        List<OutputFiles.Output<Format>> files = OutputFiles.read(outputs, ENDINGS);
        DatasetComparison.requireCandidates(candidates.size());
        DatasetComparison.Options options =
                new DatasetComparison.Options(rows, longRows.chosen(), datasets.maxBadRows());
        List<List<Path>> read = new ArrayList<>(List.of(controlFiles.orElseThrow(AuditCommand::noControl)));
        candidateFiles.forEach(candidate -> UserPath.requireApart(candidate, read.get(0)));
        read.addAll(candidateFiles);
        List<Path> inputs = new ArrayList<>(model.inputs());
        read.forEach(inputs::addAll);
        files.forEach(file -> OutputFiles.requireUsable(file.path(), inputs));
        try (Log progress = log.open(terminal)) {
            List<Dataset> sources = read.stream()
                    .map(paths -> datasets.readUsable(paths, progress))
                    .toList();
            sources.forEach(model::requireReads);
            DatasetComparison.requireComparable(sources);
            progress.report("loading " + model.shown(), 0, 0, "");
            try (ReferenceModel reference = model.open()) {
                DatasetComparison comparison = DatasetComparison.of(
                        reference, sources.get(0), sources.subList(1, sources.size()), options, progress);
                progress.close();
                summary(ComparisonTables.narrow(comparison), comparison).print(terminal);
                terminal.name(
                        comparison.provenance().total(Provenance.Source::badRows),
                        "bad rows were left out",
                        comparison.badRows());
                terminal.name(
                        comparison.provenance().total(Provenance.Source::longRows),
                        "rows are over the context",
                        comparison.longRows());
                for (OutputFiles.Output<Format> file : files) {
                    AtomicFile.write(
                            file.path(),
                            switch (file.format()) {
                                case JSON -> ComparisonJson.of(comparison);
                                case MARKDOWN ->
                                    summary(ComparisonTables.whole(comparison), comparison)
                                            .markdown();
                            });
                }
            }
        }
        return 0;
    }

    private static Summary summary(ComparisonTables tables, DatasetComparison comparison) {
        return new Summary(tables.found(), tables.tables(), comparison.notes());
    }
}
