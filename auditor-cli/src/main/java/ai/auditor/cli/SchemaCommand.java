package ai.auditor.cli;

import ai.auditor.audit.PolicyFile;
import ai.auditor.report.JsonReport;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Schemas of files. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Prints the JSON schema (2020-12) of a kind of file.")
final class SchemaCommand implements Callable<Integer> {
    /** Files that have a schema. */
    private enum Kind {
        POLICY,
        REPORT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Terminal terminal;

    @Parameters(
            paramLabel = "policy|report",
            description =
                    "policy: what \"auditor audit --policy\" reads; report: what \"auditor audit -o FILE.json\" writes.")
    private Kind kind = Kind.POLICY;

    SchemaCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out()
                .print(
                        switch (kind) {
                            case POLICY -> PolicyFile.schema();
                            case REPORT -> JsonReport.schema();
                        });
        return 0;
    }
}
