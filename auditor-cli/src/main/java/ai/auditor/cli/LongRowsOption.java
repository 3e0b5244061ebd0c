package ai.auditor.cli;

import ai.auditor.text.LongRows;
import picocli.CommandLine.Option;

/** What is done with rows that the model's context does not hold, of a command that leaves them out unless told otherwise. */
final class LongRowsOption {
    @Option(
            names = "--long-rows",
            paramLabel = "leave-out|cut",
            defaultValue = "leave-out",
            converter = LongRowsConverter.class,
            description = "What is done with rows over the model's context (default: ${DEFAULT-VALUE}).")
    private LongRows chosen = LongRows.LEAVE_OUT;

    LongRows chosen() {
        return chosen;
    }
}
