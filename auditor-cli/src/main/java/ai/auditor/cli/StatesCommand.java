package ai.auditor.cli;

import ai.auditor.Progress;
import ai.auditor.capture.Capture;
import ai.auditor.data.Dataset;
import ai.auditor.fixtures.lab.StatesFile;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.training.States;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the states of a dataset's tokens to a file. */
@Command(
        name = "states",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Writes the states of a dataset's tokens, all but the first of each row, to a file of 32-bit floats, "
                        + "little-endian, token behind token.")
final class StatesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "The dataset: " + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            required = true,
            converter = PointConverter.class,
            description = "Whose states are written.")
    private @Nullable Point point;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The file to write.")
    private String output = "";

    StatesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        Path target = UserPath.of(output, "output");
        OutputFiles.requireUsable(target, files);
        Point at = Objects.requireNonNull(point);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = datasets.readUsable(files, progress);
            try (ReferenceModel reference = model.open(List.of(at))) {
                TokenizedDataset tokens = datasets.encode(dataset, reference, LongRows.LEAVE_OUT, progress);
                Capture capture =
                        new Capture(reference.decoder(), Capture.Settings.of(reference.facts()), Progress.NONE);
                StatesFile.write(
                        target,
                        States.of(
                                capture, at, tokens.tokens(), reference.facts().hiddenSize(), reference.digest()));
            }
        }
        return 0;
    }
}
