package ai.auditor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Commands that make data with a known answer, and measure the auditor itself. */
@Command(
        name = "fixtures",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Makes data with a known answer, and measures the auditor itself on them.",
        subcommands = {
            AutoencoderCommand.class,
            BuildCommand.class,
            HalvesCommand.class,
            OrganismCommand.class,
            ScoreCommand.class,
            ScoreboardCommand.class,
            SpeedCommand.class,
            StatesCommand.class,
            StudentCommand.class,
            SweepCommand.class,
            TeachCommand.class,
            ToyCommand.class,
            TransferCommand.class
        })
final class FixturesCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is needed: autoencoder, build, halves, organism, score, speed, states, student, sweep, teach, toy or transfer");
    }
}
