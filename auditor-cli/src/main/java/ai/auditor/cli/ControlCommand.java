package ai.auditor.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes control data: the prompts of a dataset, answered by the model itself. */
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Answers the prompts of a dataset with the model itself: control data for an audit of it.")
final class ControlCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "PROMPTS", description = "The candidate: " + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private WritingOptions writing = new WritingOptions();

    ControlCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        writing.requireUsable();
        writing.answer(
                terminal,
                new WritingOptions.Task(files, List.of(), Map.of()),
                progress -> writing.dataset(files, progress),
                UnaryOperator.identity());
        return 0;
    }
}
