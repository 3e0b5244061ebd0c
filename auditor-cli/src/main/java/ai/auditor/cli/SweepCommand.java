package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.data.Dataset;
import ai.auditor.fixtures.sweep.AlphaSweep;
import ai.auditor.fixtures.sweep.Sweep;
import ai.auditor.fixtures.sweep.SweepJson;
import ai.auditor.fixtures.sweep.SweepPage;
import ai.auditor.fixtures.sweep.SweepTables;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
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

/** Steers the model by vectors of many lengths, and asks it what it prefers. */
@Command(
        name = "sweep",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Steers the model by vectors of many lengths, both ways, and tells what it then prefers.",
            "The vectors: direct ones of traits, the subliminal one (mean activation of the candidate's completions minus"
                    + " that of the control's), and a random placebo."
        })
final class SweepCommand implements Callable<Integer> {
    private enum Format {
        HTML,
        JSON,
        MARKDOWN
    }

    private static final Map<String, Format> ENDINGS =
            new TreeMap<>(Map.of(".html", Format.HTML, ".json", Format.JSON, ".md", Format.MARKDOWN));

    private final Terminal terminal;

    @Parameters(paramLabel = "CANDIDATE", description = "The dataset: " + DatasetOptions.KINDS)
    private String candidate = "";

    @Option(names = "--control", paramLabel = "CONTROL", required = true, description = "Data without a trait.")
    private String control = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--traits",
            paramLabel = "A,B",
            split = ",",
            description = "Traits whose direct vectors are swept (default: the three nearest to the subliminal one).")
    private List<String> traits = List.of();

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            description = "Where vectors are made and added (default: at two thirds of the depth).")
    private @Nullable String point;

    @Option(
            names = "--alphas",
            paramLabel = "A,B",
            split = ",",
            description = "Lengths of the vectors, negative for the other way (default: -50 to 50 in tens).")
    private List<Double> alphas = AlphaSweep.ALPHAS;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Curves and tables (.html), all numbers (.json) or the tables (.md); may be repeated.")
    private List<String> outputs = List.of();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    SweepCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> candidateFiles = UserPath.dataset(candidate, "candidate");
        List<Path> controlFiles = UserPath.dataset(control, "control");
        List<Path> inputs = new ArrayList<>(candidateFiles);
        inputs.addAll(controlFiles);
        model.requireThere();
        inputs.addAll(model.inputs());
        Optional<Point> at = Optional.ofNullable(point).map(Point::parse);
        List<OutputFiles.Output<Format>> files = OutputFiles.read(outputs, ENDINGS);
        files.forEach(file -> OutputFiles.requireUsable(file.path(), inputs));
        try (Log progress = log.open(terminal)) {
            Dataset rows = read(candidateFiles, progress);
            Dataset controlRows = read(controlFiles, progress);
            try (ReferenceModel reference = model.open()) {
                Sweep sweep = new AlphaSweep(
                                reference,
                                TraitFamily.of(reference),
                                at.orElseGet(() -> AlphaSweep.point(reference)),
                                alphas,
                                progress)
                        .run(rows, controlRows, traits);
                progress.close();
                Summary summary = new Summary(List.of(), SweepTables.of(sweep), SweepTables.legend(sweep));
                summary.print(terminal);
                for (OutputFiles.Output<Format> file : files) {
                    AtomicFile.write(
                            file.path(),
                            switch (file.format()) {
                                case HTML -> SweepPage.of(sweep);
                                case JSON -> SweepJson.of(reference, sweep);
                                case MARKDOWN -> summary.markdown();
                            });
                }
            }
        }
        return 0;
    }

    private Dataset read(List<Path> files, Log progress) {
        Dataset dataset = datasets.readUsable(files, progress);
        model.requireReads(dataset);
        return dataset;
    }
}
