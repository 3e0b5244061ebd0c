package ai.auditor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is done with sparse autoencoders. */
@Command(
        name = "sae",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Trains sparse autoencoders, tells what their features say of a dataset, and filters rows by features.",
        subcommands = {SaeFeaturesCommand.class, SaeFilterCommand.class, SaeTrainCommand.class})
final class SaeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is needed: features, filter or train");
    }
}
