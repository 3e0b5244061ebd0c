package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Decoding;
import ai.auditor.model.Intervention;
import ai.auditor.model.ReferenceModel;
import java.io.IOException;
import java.nio.file.Files;
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
        Path file = UserPath.existing(data, "file of prompts");
        Path modelDirectory = model.directory();
        decoding.decoding(List.of());
        if (samples < 1) {
            throw new AuditException(AuditException.Code.USAGE, "--samples takes a number from 1 on");
        }
        List<Intervention> interventions = steer.interventions();
        List<Path> inputs = new ArrayList<>(List.of(file));
        steer.file().ifPresent(inputs::add);
        Path rows = Answers.requireUsable(output, modelDirectory, inputs);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = isText(file) ? lines(file) : datasets.readUsable(file, progress);
            List<List<Message>> prompts = asked(ControlCommand.prompts(dataset));
            try (ReferenceModel reference = model.open()) {
                reference.decoder().require(interventions);
                Decoding chosen = decoding.decoding(reference.facts().endTokens());
                Answers answers = Answers.of(reference, prompts, chosen, interventions, progress);
                answers.write(rows, reference, facts(dataset));
                progress.close();
                answers.tell(terminal);
            }
        }
        return 0;
    }

    private Map<String, Object> facts(Dataset dataset) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("decoding", decoding.facts());
        facts.put("prompts", Map.of("file", dataset.fileDigest(), "content", dataset.contentDigest()));
        facts.put("samples", samples);
        Optional.ofNullable(system).ifPresent(text -> facts.put("system", text));
        steer.facts().ifPresent(steered -> facts.put("steer", steered));
        return facts;
    }

    private static boolean isText(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".txt");
    }

    private static Dataset lines(Path file) {
        List<Row> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    rows.add(Row.chat(rows.size(), List.of(Message.user(line.strip())), ""));
                }
            }
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    UserPath.shown(file) + " cannot be read as lines of UTF-8 ("
                            + unreadable.getClass().getSimpleName() + ")",
                    unreadable);
        }
        if (rows.isEmpty()) {
            throw new AuditException(AuditException.Code.NOTHING_TO_AUDIT, UserPath.shown(file) + " has no prompts");
        }
        return Dataset.of(file.toString(), rows);
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
