package ai.auditor.cli;

import ai.auditor.audit.PolicyFile;
import ai.auditor.probes.linear.ComparisonJson;
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
        COMPARE,
        POLICY,
        REPORT;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Terminal terminal;

    @Parameters(
            paramLabel = "compare|policy|report",
            description =
                    "compare: what \"auditor compare -o FILE.json\" writes; policy: what \"auditor audit --policy\" reads; report: what \"auditor audit -o"
                            + " FILE.json\" writes.")
    private Kind kind = Kind.POLICY;

    SchemaCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out()
                .print(
                        switch (kind) {
                            case COMPARE -> ComparisonJson.schema();
                            case POLICY -> PolicyFile.schema();
                            case REPORT -> JsonReport.schema();
                        });
        return 0;
    }
}
