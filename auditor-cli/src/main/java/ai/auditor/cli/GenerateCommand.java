package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Intervention;
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
            description = "A text file (.txt) of a prompt a line, or a dataset whose prompts are taken: "
                    + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private WritingOptions writing = new WritingOptions();

    @Mixin
    private SteerOptions steer = new SteerOptions();

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

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = isText() ? List.of(UserPath.file(data, PROMPTS)) : UserPath.dataset(data, PROMPTS);
        writing.requireUsable();
        if (samples < 1) {
            throw new AuditException(AuditException.Code.USAGE, "--samples takes a number from 1 on");
        }
        Optional<SteerOptions.Steering> steering = steer.read();
        List<Intervention> interventions =
                steering.map(SteerOptions.Steering::intervention).stream().toList();
        List<Path> inputs = new ArrayList<>(files);
        steering.map(SteerOptions.Steering::file).ifPresent(inputs::add);
        writing.answer(
                terminal,
                new WritingOptions.Task(inputs, interventions, facts(steering)),
                progress -> isText() ? PromptLines.read(files.get(0)) : writing.dataset(files, progress),
                this::asked);
        return 0;
    }

    private Map<String, Object> facts(Optional<SteerOptions.Steering> steering) {
        Map<String, Object> facts = new TreeMap<>();
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
