package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.audit.Tool;
import ai.auditor.fixtures.lab.StatesFile;
import ai.auditor.model.Point;
import ai.auditor.sae.training.SaeMetrics;
import ai.auditor.sae.training.SaePlan;
import ai.auditor.sae.training.SaeTrainer;
import ai.auditor.sae.training.SavedSae;
import ai.auditor.sae.training.TrainedSae;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the training of a sparse autoencoder on states that lie in a file. */
@Command(
        name = "autoencoder",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Measures how an autoencoder is trained on a file of states, batch by batch in its order, as one line of JSON; "
                        + "fixtures/bench/sae.py compares it with a peer.")
final class AutoencoderCommand implements Callable<Integer> {
    private static final double NANOSECONDS = 1e9;
    /** Steps before the clock starts. */
    private static final int WARM_UP = 2;

    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "What fixtures states has written.")
    private String file = "";

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Mixin
    private SaePlanOptions options = new SaePlanOptions();

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            required = true,
            converter = PointConverter.class,
            description = "Whose states they are.")
    private @Nullable Point point;

    @Option(names = "--width", paramLabel = "N", required = true, description = "Numbers of a state.")
    private int width;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The directory to write; it must not be there.")
    private String output = "";

    AutoencoderCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path source = UserPath.file(file, "file of states");
        Path target = UserPath.absent(output, "output");
        AtomicFile.requireWritable(target);
        SaePlan plan = options.plan().buffer(0);
        requireUsable(plan);
        StatesFile states = new StatesFile(source, width, plan.tokens(), plan.batch());
        long[] times = new long[2];
        Progress clock = (stage, done, total, unit) -> {
            if (done == WARM_UP) {
                times[0] = System.nanoTime();
            } else if (done == total) {
                times[1] = System.nanoTime();
            }
        };
        TrainedSae trained;
        try (Scope scope = Engine.start(engine.threads(), engine.device()).open()) {
            trained = SaeTrainer.train(states, plan, scope, clock);
        }
        SavedSae.write(
                target,
                trained,
                new SavedSae.Origin(Tool.NAME, "unknown", "", Objects.requireNonNull(point), 0, Map.of()),
                new SaeMetrics(0, 0, 0, 0, Optional.empty()));
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "{\"seconds_per_step\": %.5f, \"steps\": %d, \"dead\": %d}",
                        (times[1] - times[0]) / NANOSECONDS / (plan.steps() - WARM_UP),
                        plan.steps(),
                        trained.dead()));
        terminal.out().flush();
        return 0;
    }

    private void requireUsable(SaePlan plan) {
        if (width < 1) {
            throw new AuditException(AuditException.Code.USAGE, "--width is 1 or more, not " + width);
        }
        if (plan.steps() <= WARM_UP) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the clock starts after " + WARM_UP + " steps, and these are " + plan.steps()
                            + ": ask for more --tokens or a smaller --batch");
        }
    }
}
