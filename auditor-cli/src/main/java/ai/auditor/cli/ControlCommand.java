package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Decoding;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes control data: the prompts of a dataset, answered by the model itself. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Answers the prompts of a dataset with the model itself: control data for an audit of it.")
final class ControlCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "PROMPTS", description = "The candidate: JSONL or CSV, plain, gzip or zstd.")
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.jsonl",
            required = true,
            description = "The dataset to write; FILE.provenance.json beside it says how it was made.")
    private String output = "";

    ControlCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path file = UserPath.existing(data, "dataset");
        Path modelDirectory = model.directory();
        decoding.decoding(List.of());
        Path rows = Answers.requireUsable(output, modelDirectory, List.of(file));
        try (Log progress = log.open(terminal)) {
            Dataset dataset = datasets.readUsable(file, progress);
            List<List<Message>> prompts = prompts(dataset);
            try (ReferenceModel reference = model.open()) {
                Decoding chosen = decoding.decoding(reference.facts().endTokens());
                Answers answers = Answers.of(reference, prompts, chosen, List.of(), progress);
                answers.write(
                        rows,
                        reference,
                        Map.of(
                                "decoding", decoding.facts(),
                                "prompts", Map.of("file", dataset.fileDigest(), "content", dataset.contentDigest())));
                progress.close();
                answers.tell(terminal);
            }
        }
        return 0;
    }

    static List<List<Message>> prompts(Dataset dataset) {
        for (Row row : dataset.rows()) {
            if (row.prompt().isEmpty()) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        dataset.name() + ", record " + row.record()
                                + " has no prompt that a model could answer; rows of numbers get one by --prompt");
            }
        }
        return dataset.rows().stream().map(Row::prompt).toList();
    }
}
