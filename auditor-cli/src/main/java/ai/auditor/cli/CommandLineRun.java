package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** One run of the command line: picocli set up so that every ending has the exit code of the design. */
final class CommandLineRun {
    private static final String VERBOSE = "--verbose";

    /** How picocli names the values of an enumeration: as Java spells them. */
    private static final Pattern CHOICES =
            Pattern.compile("expected one of \\[([A-Z_0-9, ]+)] \\(case-insensitive\\) but was");

    /** Options of this many characters stay on the line of their description. */
    private static final int LONGEST_OPTION = 28;

    private final Terminal terminal;
    private final Interruption interruption;

    CommandLineRun(Terminal terminal, Interruption interruption) {
        this.terminal = terminal;
        this.interruption = interruption;
    }

    int run(String... arguments) {
        CommandLine commandLine = new CommandLine(new AuditorCommand(), new Factory(terminal));
        commandLine.setOut(terminal.out());
        commandLine.setErr(terminal.err());
        // A file called @data.jsonl is a file, not a list of options.
        commandLine.setExpandAtFiles(false);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(
                terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        commandLine.setUsageHelpAutoWidth(false);
        commandLine.setUsageHelpLongOptionsMaxWidth(LONGEST_OPTION);
        commandLine.setParameterExceptionHandler(this::badUsage);
        commandLine.setExecutionExceptionHandler((exception, command, result) -> failed(exception, arguments));
        setUsageCodes(commandLine);
        takeNumbers(commandLine);
        try {
            return written(commandLine.execute(arguments));
        } catch (OutOfMemoryError outOfMemory) {
            return broken(
                    outOfMemory,
                    "memory ran out; audit fewer prompts (--rows) or allow more (AUDITOR_JAVA_OPTIONS=-Xmx8g)",
                    arguments);
        } catch (StackOverflowError tooDeep) {
            return broken(
                    tooDeep,
                    "the stack ran out: something that was read is nested too deeply; allow more (AUDITOR_JAVA_OPTIONS=-Xss8m)",
                    arguments);
        } catch (LinkageError notLoaded) {
            return broken(
                    notLoaded,
                    "a part of the program or a native library cannot be loaded ("
                            + Printable.shortLine(String.valueOf(notLoaded))
                            + "); install the auditor again, for this system",
                    arguments);
        } finally {
            interruption.finish();
        }
    }

    /** The exit code, unless the result went nowhere. */
    private int written(int exit) {
        if (!terminal.out().checkError() || exit == ExitCode.INTERRUPTED) {
            return exit;
        }
        terminal.err().println("auditor: standard output cannot be written: the result printed there is not complete");
        terminal.err().flush();
        return ExitCode.NOT_COMPLETED;
    }

    private int broken(Error error, String message, String... arguments) {
        terminal.err().println("auditor: " + message);
        if (verbose(arguments)) {
            error.printStackTrace(terminal.err());
        }
        terminal.err().flush();
        return ExitCode.NOT_COMPLETED;
    }

    private static boolean verbose(String... arguments) {
        return Arrays.asList(arguments).contains(VERBOSE);
    }

    private static void setUsageCodes(CommandLine commandLine) {
        CommandSpec spec = commandLine.getCommandSpec();
        spec.exitCodeOnInvalidInput(ExitCode.USAGE).exitCodeOnExecutionException(ExitCode.NOT_COMPLETED);
        commandLine.getSubcommands().values().forEach(CommandLineRun::setUsageCodes);
    }

    /** Refuses what is no number in words of a user's, not of Java's. */
    private static void takeNumbers(CommandLine commandLine) {
        CommandLine.ITypeConverter<Integer> integer = text -> number(text, "whole number", Integer::valueOf);
        CommandLine.ITypeConverter<Long> large = text -> number(text, "whole number", Long::valueOf);
        CommandLine.ITypeConverter<Double> real = text -> number(text, "number", Double::valueOf);
        commandLine
                .registerConverter(int.class, integer)
                .registerConverter(Integer.class, integer)
                .registerConverter(long.class, large)
                .registerConverter(Long.class, large)
                .registerConverter(double.class, real)
                .registerConverter(Double.class, real);
    }

    private static <T> T number(String text, String what, Function<String, T> read) {
        try {
            return read.apply(text.strip());
        } catch (NumberFormatException none) {
            throw new CommandLine.TypeConversionException("\"" + text + "\" is no " + what + " that can be taken here");
        }
    }

    private int badUsage(CommandLine.ParameterException exception, String[] arguments) {
        String message = String.valueOf(exception.getMessage()).replaceFirst("^Error: ", "");
        terminal.err()
                .println("auditor: "
                        + Printable.lines(CHOICES.matcher(message)
                                .replaceFirst(known -> Matcher.quoteReplacement(
                                        "expected one of " + known.group(1).toLowerCase(Locale.ROOT) + " but was"))));
        CommandLine.UnmatchedArgumentException.printSuggestions(exception, terminal.err());
        String name = exception.getCommandLine().getCommandSpec().qualifiedName();
        terminal.err().println("Try \"" + name + " --help\".");
        terminal.err().flush();
        return ExitCode.USAGE;
    }

    private int failed(Exception exception, String... arguments) {
        boolean verbose = verbose(arguments);
        if (exception instanceof AuditException known) {
            terminal.err().println("auditor: " + Printable.lines(String.valueOf(known.getMessage())));
            if (verbose) {
                known.printStackTrace(terminal.err());
            }
            terminal.err().flush();
            return ExitCode.of(known.code());
        }
        terminal.err()
                .println("auditor: unexpected " + exception.getClass().getSimpleName() + ": "
                        + Printable.lines(String.valueOf(exception.getMessage())));
        if (verbose) {
            exception.printStackTrace(terminal.err());
        } else {
            terminal.err().println("Run again with " + VERBOSE + " for the details; this is a defect of the auditor.");
        }
        terminal.err().flush();
        return ExitCode.NOT_COMPLETED;
    }

    /** Gives commands the terminal that they print to. */
    private record Factory(Terminal terminal) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (type == AuditCommand.class) {
                return type.cast(new AuditCommand(terminal));
            }
            if (type == AutoencoderCommand.class) {
                return type.cast(new AutoencoderCommand(terminal));
            }
            if (type == SaeTrainCommand.class) {
                return type.cast(new SaeTrainCommand(terminal));
            }
            if (type == CaptureCommand.class) {
                return type.cast(new CaptureCommand(terminal));
            }
            if (type == CompareCommand.class) {
                return type.cast(new CompareCommand(terminal));
            }
            if (type == ControlCommand.class) {
                return type.cast(new ControlCommand(terminal));
            }
            if (type == DoctorCommand.class) {
                return type.cast(new DoctorCommand(terminal));
            }
            if (type == GenerateCommand.class) {
                return type.cast(new GenerateCommand(terminal));
            }
            if (type == HalvesCommand.class) {
                return type.cast(new HalvesCommand(terminal));
            }
            if (type == StreamCommand.class) {
                return type.cast(new StreamCommand(terminal));
            }
            if (type == PolicyCommand.class) {
                return type.cast(new PolicyCommand(terminal));
            }
            if (type == SchemaCommand.class) {
                return type.cast(new SchemaCommand(terminal));
            }
            if (type == SaeFeaturesCommand.class) {
                return type.cast(new SaeFeaturesCommand(terminal));
            }
            if (type == SaeFilterCommand.class) {
                return type.cast(new SaeFilterCommand(terminal));
            }
            if (type == StatesCommand.class) {
                return type.cast(new StatesCommand(terminal));
            }
            if (type == StudentCommand.class) {
                return type.cast(new StudentCommand(terminal));
            }
            if (type == SweepCommand.class) {
                return type.cast(new SweepCommand(terminal));
            }
            if (type == TeachCommand.class) {
                return type.cast(new TeachCommand(terminal));
            }
            if (type == ToyCommand.class) {
                return type.cast(new ToyCommand(terminal));
            }
            if (type == BuildCommand.class) {
                return type.cast(new BuildCommand(terminal));
            }
            if (type == ScoreCommand.class) {
                return type.cast(new ScoreCommand(terminal));
            }
            if (type == ScoreboardCommand.class) {
                return type.cast(new ScoreboardCommand(terminal));
            }
            if (type == TransferCommand.class) {
                return type.cast(new TransferCommand(terminal));
            }
            if (type == OrganismCommand.class) {
                return type.cast(new OrganismCommand(terminal));
            }
            if (type == SpeedCommand.class) {
                return type.cast(new SpeedCommand(terminal));
            }
            if (type == VectorsCommand.class) {
                return type.cast(new VectorsCommand(terminal));
            }
            return CommandLine.defaultFactory().create(type);
        }
    }
}
