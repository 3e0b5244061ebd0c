package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.audit.Tool;
import ai.auditor.capture.Capture;
import ai.auditor.data.Dataset;
import ai.auditor.data.Row;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Table;
import ai.auditor.sae.Hook;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.sae.training.HeldOutRows;
import ai.auditor.sae.training.SaeMetrics;
import ai.auditor.sae.training.SaePlan;
import ai.auditor.sae.training.SaeTrainer;
import ai.auditor.sae.training.SavedSae;
import ai.auditor.sae.training.States;
import ai.auditor.sae.training.TrainedSae;
import ai.auditor.tensor.Scope;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a sparse autoencoder on the states of a dataset's tokens. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Trains a sparse autoencoder on the states of a dataset's tokens, all but the first of each row, and writes a directory "
                        + "that SAELens loads. One row in ten, 200 at most, is held out to measure it on.")
final class SaeTrainCommand implements Callable<Integer> {
    private static final double PER_CENT = 100;
    private static final int EVERY = 50;

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "The dataset: " + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Mixin
    private SaePlanOptions options = new SaePlanOptions();

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            required = true,
            converter = PointConverter.class,
            description = "Whose states are learnt: resid_post.K of block K, 0-based, or another point as in capture.")
    private @Nullable Point point;

    @Mixin
    private LongRowsOption longRows = new LongRowsOption();

    @Option(
            names = "--checkpoints",
            paramLabel = "DIR",
            description = "Keeps the state there, the last one too; the last two files stay.")
    private @Nullable String checkpoints;

    @Option(names = "--checkpoint-every", paramLabel = "STEPS", description = "How often (default: " + EVERY + ").")
    private @Nullable Integer every;

    @Option(names = "--resume", description = "Goes on from the latest state in --checkpoints, if there is one.")
    private boolean resume;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The directory to write; it must not be there.")
    private String output = "";

    SaeTrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        Point at = Objects.requireNonNull(point);
        SaePlan plan = plan();
        Path directory = UserPath.absent(output, "output");
        AtomicFile.requireWritable(directory);
        model.requireThere();
        plan.checkpoints().ifPresent(SaePlan.Checkpoints::requireWritable);
        SaeMetrics metrics;
        TrainedSae trained;
        try (Log progress = log.open(terminal)) {
            List<Dataset> read = new ArrayList<>();
            for (Path file : files) {
                Dataset dataset = datasets.readUsable(List.of(file), progress);
                model.requireReads(dataset);
                read.add(dataset);
            }
            try (ReferenceModel reference = model.open()) {
                ModelFacts facts = reference.facts();
                reference.decoder().require(at);
                HeldOutRows rows =
                        HeldOutRows.of(tokens(read, reference, progress).tokens(), plan.seed());
                Capture quiet = new Capture(reference.decoder(), Capture.Settings.of(facts), Progress.NONE);
                States states = States.of(quiet, at, rows.training(), facts.hiddenSize(), reference.digest());
                try (Scope scope = reference.decoder().scope()) {
                    trained = SaeTrainer.train(states, plan, scope, progress);
                    try (SparseAutoencoder sae =
                            SparseAutoencoder.of(scope, trained.facts(output, Hook.unknown()), trained.weights())) {
                        metrics = SaeMetrics.measure(
                                new Capture(reference.decoder(), Capture.Settings.of(facts), progress),
                                at,
                                rows.held(),
                                sae);
                    }
                }
                SavedSae.write(directory, trained, origin(read, reference, at), metrics);
            }
        }
        TextTable.print(terminal.out(), table(trained, metrics));
        terminal.out().flush();
        if (metrics.fvu() > 1 || metrics.recovered().orElse(1) < 0) {
            terminal.note(
                    "on rows held out it is worse than the mean of the states: other commands will refuse it; train on more tokens"
                            + " (--tokens), in smaller batches (--batch) or at another rate (--learning-rate)",
                    List.of());
        }
        return 0;
    }

    private SaePlan plan() {
        if (resume && checkpoints == null) {
            throw new AuditException(AuditException.Code.USAGE, "--resume needs --checkpoints");
        }
        if (every != null && checkpoints == null) {
            throw new AuditException(AuditException.Code.USAGE, "--checkpoint-every needs --checkpoints");
        }
        SaePlan plan = options.plan();
        return checkpoints == null
                ? plan
                : plan.checkpoints(new SaePlan.Checkpoints(
                        UserPath.of(checkpoints, "checkpoint directory"), every == null ? EVERY : every, resume));
    }

    private TokenizedDataset tokens(List<Dataset> read, ReferenceModel reference, Progress progress) {
        List<Row> rows = new ArrayList<>();
        read.forEach(dataset -> rows.addAll(dataset.rows()));
        return datasets.encode(Dataset.of(data, rows), reference, longRows.chosen(), progress);
    }

    private SavedSae.Origin origin(List<Dataset> read, ReferenceModel reference, Point at) {
        Map<String, String> digests = new TreeMap<>();
        for (Dataset dataset : read) {
            String file = String.valueOf(UserPath.of(dataset.name(), "dataset").getFileName());
            // Files of one name in two folders are told apart by the whole of it.
            digests.put(digests.containsKey(file) ? dataset.name() : file, dataset.contentDigest());
        }
        String name = reference.description().getOrDefault("name", model.shown());
        return new SavedSae.Origin(
                Tool.NAME, name, reference.digest(), at, reference.facts().maxPositions(), digests);
    }

    private static Table table(TrainedSae trained, SaeMetrics metrics) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "tokens trained on",
                number((long) trained.plan().steps() * trained.plan().batch())));
        rows.add(List.of("tokens held out", number(metrics.tokens())));
        rows.add(List.of("L0", String.format(Locale.ROOT, "%.2f", metrics.l0())));
        rows.add(List.of("FVU", String.format(Locale.ROOT, "%.4f", metrics.fvu())));
        metrics.recovered()
                .ifPresent(share -> rows.add(
                        List.of("cross-entropy recovered", String.format(Locale.ROOT, "%.2f %%", PER_CENT * share))));
        rows.add(List.of("features alive", String.format(Locale.ROOT, "%.1f %%", PER_CENT * metrics.alive())));
        return new Table("the autoencoder on rows held out", List.of("", "value"), rows);
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
