package ai.auditor.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The top of the command line. */
@Command(
        name = "auditor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Audits synthetic training data for subliminal signals before a model is trained on it.",
        subcommands = {
            AuditCommand.class,
            CaptureCommand.class,
            CompareCommand.class,
            ControlCommand.class,
            DoctorCommand.class,
            GenerateCommand.class,
            PolicyCommand.class,
            SaeCommand.class,
            SchemaCommand.class,
            StreamCommand.class,
            VectorsCommand.class,
            FixturesCommand.class
        })
final class AuditorCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is needed: audit, capture, compare, control, doctor, generate, policy, sae, schema, stream, vectors or fixtures");
    }
}
