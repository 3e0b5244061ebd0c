package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.data.Dataset;
import ai.auditor.direction.TraitList;
import ai.auditor.fixtures.lab.BenchmarkRows;
import ai.auditor.fixtures.lab.CaptureBenchmark;
import ai.auditor.fixtures.lab.CaptureBenchmark.Sharing;
import ai.auditor.fixtures.lab.TrainingBenchmark;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.train.Trainable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures capture and training. */
@Command(
        name = "speed",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Measures the capture that an audit runs, or training, as one line of JSON; fixtures/bench/*.py compare it with a peer.")
final class SpeedCommand implements Callable<Integer> {
    private enum What {
        POINTS,
        GRADIENT,
        LIKELIHOOD,
        PERSONAS,
        FULL,
        BIASES
    }

    private static final long KIBI = 1024;
    /** System messages that rows are read under: about as many as the likelihood probe asks about. */
    private static final int PERSONAS = 8;

    /** Of the organism's recipe, as is what its students train. */
    private static final int BATCH = 64;

    private static final List<String> STUDENT = List.of("mlp.down_proj.bias");

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", arity = "1..*", description = "Datasets.")
    private List<String> data = List.of();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--what",
            paramLabel = "points|gradient|likelihood|personas|full|biases",
            defaultValue = "points",
            description =
                    "What is captured, or trained; personas is the likelihood under each of eight system messages, a row's own "
                            + "tokens counted eight times (default: ${DEFAULT-VALUE}).")
    private What what = What.POINTS;

    @Option(names = "--point", paramLabel = "resid_post.K", split = ",", description = "Where activations are read.")
    private List<String> points = List.of();

    @Option(
            names = "--sharing",
            paramLabel = "none|opening|prompts",
            defaultValue = "opening",
            description =
                    "Which tokens are read once for several rows: what all rows begin with, or that and the prompts that rows share, "
                            + "as in an audit of pairs. Only with none are operations counted (default: ${DEFAULT-VALUE}).")
    private Sharing sharing = Sharing.OPENING;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "400",
            converter = CountConverter.class,
            description = "The first N rows of each dataset; 0 takes all (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "20", description = "How long, at least.")
    private double seconds;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "40",
            converter = CountConverter.class,
            description = "How many training steps (default: ${DEFAULT-VALUE}).")
    private int steps;

    SpeedCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<List<Path>> files =
                data.stream().map(name -> UserPath.dataset(name, "dataset")).toList();
        List<Point> at = points.stream().map(Point::parse).toList();
        if (at.isEmpty() && (what == What.POINTS || what == What.GRADIENT)) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--point is needed where activations or gradients are read");
        }
        model.requireThere();
        List<Dataset> read;
        try (Log progress = log.open(terminal)) {
            read = files.stream()
                    .map(file -> datasets.readUsable(file, progress))
                    .toList();
        }
        try (ReferenceModel reference = model.open()) {
            BenchmarkRows measuredOn =
                    BenchmarkRows.of(reference, read, rows, what == What.PERSONAS ? personas(reference) : List.of());
            String measured = switch (what) {
                case POINTS -> captured(plan(at, false), reference, measuredOn);
                case GRADIENT -> captured(plan(at, true), reference, measuredOn);
                case LIKELIHOOD, PERSONAS -> captured(CapturePlan.likelihood(List.of()), reference, measuredOn);
                case FULL -> trained(new Trainable.Full(), reference, measuredOn);
                case BIASES -> trained(new Trainable.Biases(STUDENT), reference, measuredOn);
            };
            terminal.out()
                    .println(measured.replaceFirst(
                            "}$", String.format(Locale.ROOT, ", \"peak_rss_mib\": %d}", peakMemory() / KIBI)));
            terminal.out().flush();
        }
        return 0;
    }

    private static List<String> personas(ReferenceModel reference) {
        TraitList traits = TraitFamily.of(reference).list();
        return traits.traits().stream()
                .limit(PERSONAS)
                .map(trait -> trait.fill(traits.personas().get(0)))
                .toList();
    }

    private static CapturePlan plan(List<Point> at, boolean gradient) {
        List<Pooling> poolings = List.of(Pooling.COMPLETION_MEAN);
        return gradient ? CapturePlan.gradients(at, poolings) : CapturePlan.activations(at, poolings);
    }

    private String captured(CapturePlan plan, ReferenceModel reference, BenchmarkRows measuredOn) {
        return new CaptureBenchmark(plan, sharing)
                .run(reference, measuredOn, seconds)
                .toString();
    }

    private String trained(Trainable trainable, ReferenceModel reference, BenchmarkRows measuredOn) {
        return new TrainingBenchmark(trainable, BATCH)
                .run(reference, measuredOn.own(), steps)
                .toString();
    }

    /** The largest resident set of this process so far, in KiB; 0 where the system does not tell. */
    private static long peakMemory() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException unknown) {
            return 0;
        }
    }
}
