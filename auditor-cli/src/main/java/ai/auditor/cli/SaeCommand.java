package ai.auditor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Commands about sparse autoencoders. */
@Command(
        name = "sae",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Sparse autoencoders on the model's states.",
        subcommands = {SaeTrainCommand.class})
final class SaeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed: train");
    }
}
