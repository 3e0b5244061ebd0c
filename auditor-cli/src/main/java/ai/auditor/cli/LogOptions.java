package ai.auditor.cli;

import picocli.CommandLine.Option;

/** How much is said on standard error. */
final class LogOptions {
    @Option(names = "--quiet", description = "No progress on standard error.")
    private boolean quiet;

    @Option(names = "--verbose", description = "Stack traces with errors.")
    @SuppressWarnings("UnusedVariable") // declared for the help; read from the arguments where an exception ends
    private boolean verbose;

    Log open(Terminal terminal) {
        return quiet ? Log.silent() : Log.on(terminal);
    }
}
