package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.audit.Tool;
import ai.auditor.capture.Capture;
import ai.auditor.data.Dataset;
import ai.auditor.fixtures.lab.StatesFile;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.training.SaeMetrics;
import ai.auditor.sae.training.SaePlan;
import ai.auditor.sae.training.SaeTrainer;
import ai.auditor.sae.training.SavedSae;
import ai.auditor.sae.training.States;
import ai.auditor.sae.training.TrainedSae;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the training of sparse autoencoders on states that lie in a file. */
@Command(
        name = "autoencoder",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Writes states of a dataset's tokens to a file, or measures how an autoencoder is trained on such a file, as one line "
                        + "of JSON; fixtures/bench/sae.py compares it with a peer.")
final class AutoencoderCommand implements Callable<Integer> {
    private static final double NANOSECONDS = 1e9;
    /** Steps before the clock starts. */
    private static final int WARM_UP = 2;

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "The dataset, or with --width the file of states.")
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Mixin
    private SaeOptions sae = new SaeOptions();

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            defaultValue = "resid_post.0",
            description = "Where states are read.")
    private String point = "";

    @Option(names = "--width", paramLabel = "N", defaultValue = "0", description = "Numbers of a state in the file.")
    private int width;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE|DIR",
            required = true,
            description = "The file of states to write, or the directory of the autoencoder.")
    private @Nullable String output;

    AutoencoderCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path target = UserPath.of(String.valueOf(output), "output");
        if (width == 0) {
            dump(target);
        } else {
            train(target);
        }
        return 0;
    }

    private void dump(Path target) {
        List<Path> files = UserPath.dataset(data, "dataset");
        OutputFiles.requireUsable(target, files);
        Point at = Point.parse(point);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = datasets.readUsable(files, progress);
            try (ReferenceModel reference = model.open(List.of(at))) {
                TokenizedDataset tokens = TokenizedDataset.encode(
                        dataset, reference.encoder(), reference.facts().maxPositions(), LongRows.LEAVE_OUT, progress);
                Capture capture =
                        new Capture(reference.decoder(), Capture.Settings.of(reference.facts()), Progress.NONE);
                StatesFile.write(
                        target,
                        States.of(
                                capture, at, tokens.tokens(), reference.facts().hiddenSize(), reference.digest()));
            }
        }
    }

    private void train(Path target) {
        SaePlan plan = sae.plan().buffer(0);
        StatesFile states = new StatesFile(UserPath.file(data, "file of states"), width, plan.tokens(), plan.batch());
        long[] times = new long[2];
        Progress clock = (stage, done, total, unit) -> {
            if (done == WARM_UP) {
                times[0] = System.nanoTime();
            } else if (done == total) {
                times[1] = System.nanoTime();
            }
        };
        Engine engine = Engine.start(model.options().threads(), model.options().device());
        try (Scope scope = engine.open()) {
            if (plan.steps() <= WARM_UP) {
                throw new AuditException(
                        AuditException.Code.USAGE, "there are " + WARM_UP + " steps that do not count");
            }
            TrainedSae trained = SaeTrainer.train(states, plan, scope, clock);
            SavedSae.write(
                    target,
                    trained,
                    new SavedSae.Origin(Tool.NAME, model.name(), "", Point.parse(point), 0, Map.of()),
                    new SaeMetrics(0, 0, 0, 0, Optional.empty()));
            terminal.out()
                    .println(String.format(
                            Locale.ROOT,
                            "{\"seconds_per_step\": %.5f, \"steps\": %d, \"dead\": %d}",
                            (times[1] - times[0]) / NANOSECONDS / (plan.steps() - WARM_UP),
                            plan.steps(),
                            trained.dead()));
            terminal.out().flush();
        }
    }
}
