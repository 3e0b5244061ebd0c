package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.Tool;
import ai.auditor.capture.ActivationFile;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.data.Dataset;
import ai.auditor.data.Row;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes pooled activations of a dataset to an Arrow file. */
@Command(
        name = "capture",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Writes pooled activations, mean NLL and gradients of a dataset to an Arrow file.")
final class CaptureCommand implements Callable<Integer> {
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
            split = ",",
            required = true,
            description =
                    "Where activations are read: embeddings, resid_pre.K, attn_out.K, resid_mid.K, mlp_out.K, resid_post.K of block "
                            + "K, 0-based, final_norm, or TransformerLens's names. May be given again.")
    private List<String> points = List.of();

    @Option(
            names = "--pool",
            paramLabel = "completion-mean|completion-last|prompt-last",
            split = ",",
            required = true,
            description = "How positions become one vector. May be given again.")
    private List<String> poolings = List.of();

    @Option(
            names = "--no-likelihood",
            description =
                    "Without the mean NLL, whose column is empty then: passes stop after the deepest point, and blocks behind it are "
                            + "not loaded.")
    private boolean noLikelihood;

    @Option(names = "--gradient", description = "Also the gradient of each row's mean NLL at every point.")
    private boolean gradient;

    @Mixin
    private LongRowsOption longRows = new LongRowsOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.arrow",
            required = true,
            description = "The Arrow IPC file to write.")
    private String output = "";

    CaptureCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        List<Path> inputs = new ArrayList<>(files);
        inputs.addAll(model.inputs());
        List<Point> at = points.stream().map(Point::parse).toList();
        List<Pooling> pooled = poolings.stream().map(Pooling::parse).toList();
        if (noLikelihood && gradient) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--no-likelihood and --gradient: gradients are those of the likelihood");
        }
        Path arrow = OutputFiles.ending(output, ".arrow");
        OutputFiles.requireUsable(arrow, inputs);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = datasets.readUsable(files, progress);
            model.requireReads(dataset);
            // Plain text is the same to every model.
            if (dataset.rows().stream().anyMatch(row -> row.kind() == Row.Kind.CHAT)) {
                model.requireThere();
            }
            try (ReferenceModel reference = model.open(noLikelihood ? at : List.of())) {
                TokenizedDataset tokens = datasets.encode(dataset, reference, longRows.chosen(), progress);
                CapturePlan plan = new CapturePlan(at, pooled, !noLikelihood, gradient, List.of());
                ActivationTable table = new Capture(
                                reference.decoder(), Capture.Settings.of(reference.facts()), progress)
                        .run(plan, tokens.tokens());
                ActivationFile.write(arrow, table, provenance(dataset, reference));
                progress.close();
                tell(tokens);
            }
        }
        return 0;
    }

    private static Map<String, String> provenance(Dataset dataset, ReferenceModel reference) {
        return Map.of(
                "tool", Tool.NAME,
                "reading", reference.encoder().reading().toString(),
                "model", reference.digest(),
                "device", reference.options().device().toString(),
                "weights", reference.options().loading().weights().toString(),
                "file", dataset.fileDigest(),
                "content", dataset.contentDigest());
    }

    private void tell(TokenizedDataset tokens) {
        terminal.note(
                String.format(Locale.ROOT, "%,d rows captured", tokens.rows().size()), List.of());
        terminal.name(tokens.badRecords(), "bad, left out", tokens.badRows());
        terminal.name(tokens.longRows(), "over the context", tokens.namedLongRows());
        if (tokens.movedSystems() > 0) {
            terminal.note(
                    counted(
                            tokens.movedSystems(),
                            "with a system message, which the chat template does not take: its text went before the user's turn"),
                    List.of());
        }
        if (tokens.controlTokens() > 0) {
            terminal.note(
                    counted(tokens.controlTokens(), "with the spelling of a control token, read as plain text"),
                    List.of());
        }
    }

    private static String counted(long rows, String what) {
        return String.format(Locale.ROOT, "%,d %s", rows, what);
    }
}
