package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Decoding;
import ai.auditor.model.Intervention;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a model write, steered or not. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Answers prompts with the model, under a system prompt or a steering vector if asked.")
final class GenerateCommand implements Callable<Integer> {
    private static final String PROMPTS = "file of prompts";

    private final Terminal terminal;

    @Parameters(
            paramLabel = "PROMPTS",
            description = "A text file (.txt) of a prompt a line, or a dataset whose prompts are taken.")
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private SteerOptions steer = new SteerOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "System prompt in place of the rows' own; it is written with the rows.")
    private @Nullable String system;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "1",
            description = "Answers a prompt (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.jsonl",
            required = true,
            description = "The dataset to write; FILE.provenance.json beside it says how it was made.")
    private String output = "";

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path file = isText() ? UserPath.file(data, PROMPTS) : UserPath.existing(data, PROMPTS);
        Path modelDirectory = model.directory();
        decoding.decoding(List.of());
        if (samples < 1) {
            throw new AuditException(AuditException.Code.USAGE, "--samples takes a number from 1 on");
        }
        Optional<SteerOptions.Steering> steering = steer.read();
        List<Intervention> interventions =
                steering.map(SteerOptions.Steering::intervention).stream().toList();
        List<Path> inputs = new ArrayList<>(List.of(file));
        steering.map(SteerOptions.Steering::file).ifPresent(inputs::add);
        Path rows = Answers.requireUsable(output, modelDirectory, inputs);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = isText() ? PromptLines.read(file) : datasets.readUsable(file, progress);
            List<List<Message>> prompts = asked(ControlCommand.prompts(dataset));
            try (ReferenceModel reference = model.open()) {
                reference.decoder().require(interventions);
                Decoding chosen = decoding.decoding(reference.facts().endTokens());
                Answers answers = Answers.of(reference, prompts, chosen, interventions, progress);
                answers.write(rows, reference, facts(dataset, steering));
                progress.close();
                answers.tell(terminal);
            }
        }
        return 0;
    }

    private Map<String, Object> facts(Dataset dataset, Optional<SteerOptions.Steering> steering) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("decoding", decoding.facts());
        facts.put("prompts", Map.of("file", dataset.fileDigest(), "content", dataset.contentDigest()));
        facts.put("samples", samples);
        Optional.ofNullable(system).ifPresent(text -> facts.put("system", text));
        steering.ifPresent(steered -> facts.put("steer", steered.facts()));
        return facts;
    }

    private boolean isText() {
        return data.toLowerCase(Locale.ROOT).endsWith(".txt");
    }

    private List<List<Message>> asked(List<List<Message>> prompts) {
        List<List<Message>> asked = new ArrayList<>();
        for (List<Message> prompt : prompts) {
            String text = system;
            List<Message> messages = text == null
                    ? prompt
                    : Row.chat(0, prompt, "").withSystem(text).prompt();
            asked.addAll(Collections.nCopies(samples, messages));
        }
        return asked;
    }
}
