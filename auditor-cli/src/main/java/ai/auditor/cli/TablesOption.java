package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.Printable;
import ai.auditor.audit.Tool;
import ai.auditor.probe.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tables as Markdown: printed, and as a page of a document where the user wants one. */
final class TablesOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli before a command is called
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.md",
            description = "Writes the tables there too, under the command that made them.")
    private @Nullable String output;

    /**
     * Where the page goes, if it is wanted.
     *
     * @throws ai.auditor.AuditException {@code USAGE} for another ending
     */
    Optional<Path> file() {
        return Optional.ofNullable(output).map(name -> OutputFiles.ending(name, ".md"));
    }

    /**
     * As {@link OutputFiles#requireUsable(Path, List)}, where the page is wanted.
     *
     * @param kept where audits are kept as they are done, which may not be there yet
     */
    void requireUsable(List<Path> inputs, Optional<Path> kept) {
        file().ifPresent(page -> {
            OutputFiles.requireUsable(page, inputs);
            kept.ifPresent(runs -> OutputFiles.requireOther(page, runs));
        });
    }

    /**
     * Prints the tables, and writes the page.
     *
     * @throws ai.auditor.AuditException {@code OUTPUT} where it cannot be written
     */
    void write(Terminal terminal, List<Table> tables) {
        tables.forEach(table -> MarkdownTable.print(terminal.out(), table));
        terminal.out().flush();
        String command = Tool.NAME + ": " + Printable.command(OutputFiles.command(spec));
        file().ifPresent(path -> AtomicFile.write(path, new Summary(List.of(command), tables, List.of()).markdown()));
    }
}
