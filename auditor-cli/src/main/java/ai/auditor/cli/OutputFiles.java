package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Reason;
import ai.auditor.audit.AuditResult;
import ai.auditor.report.HtmlReport;
import ai.auditor.report.JUnitReport;
import ai.auditor.report.JsonReport;
import ai.auditor.report.MarkdownReport;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** The report files that a user asked for; the ending decides the format. */
final class OutputFiles {
    /** What a file holds. */
    enum Format {
        HTML,
        JSON,
        JUNIT,
        MARKDOWN
    }

    /** What every folder of a model has. */
    private static final String MODEL_FILE = "config.json";

    private static final Map<String, Format> ENDINGS = new TreeMap<>(
            Map.of(".html", Format.HTML, ".json", Format.JSON, ".md", Format.MARKDOWN, ".xml", Format.JUNIT));

    /** One file, and what goes into it. */
    record Output<F>(Path path, F format) {}

    private final List<Output<Format>> outputs;

    private OutputFiles(List<Output<Format>> outputs) {
        this.outputs = outputs;
    }

    /**
     * Reads the endings.
     *
     * @throws AuditException {@code USAGE} for an ending that is not known
     */
    static OutputFiles of(List<String> names) {
        return new OutputFiles(read(names, ENDINGS));
    }

    /**
     * As {@link #of}, for a command that writes something else than reports.
     *
     * @param endings with their dots, in the order in which a message names them
     * @throws AuditException {@code USAGE} for an ending that is not known, and a file that is named twice
     */
    static <F> List<Output<F>> read(List<String> names, Map<String, F> endings) {
        List<Output<F>> outputs = new ArrayList<>();
        Set<Path> taken = new HashSet<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            F format = endings.entrySet().stream()
                    .filter(ending -> lower.endsWith(ending.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow(() -> new AuditException(
                            AuditException.Code.USAGE,
                            "the ending of the output " + UserPath.shown(name) + " is not known; known: "
                                    + String.join(", ", endings.keySet())));
            Path path = UserPath.of(name, "output");
            if (!taken.add(path.toAbsolutePath().normalize())) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "the output " + UserPath.shown(name) + " is named twice: name each file once");
            }
            outputs.add(new Output<>(path, format));
        }
        return outputs;
    }

    /** As {@link #requireUsable(Path, List)} for every output. */
    void requireUsable(List<Path> inputs) {
        outputs.forEach(output -> requireUsable(output.path(), inputs));
    }

    /** The files' names for a message, if there are any. */
    Optional<String> names() {
        return outputs.isEmpty()
                ? Optional.empty()
                : Optional.of(outputs.stream()
                        .map(output -> UserPath.shown(output.path()))
                        .collect(Collectors.joining(", ")));
    }

    /**
     * Writes every file that can be written, whatever became of the others.
     *
     * @param command the words of the command that made the result
     * @throws AuditException {@code OUTPUT} naming those that could not, {@code INTERRUPTED}
     */
    void write(AuditResult result, List<String> command) {
        List<AuditException> failed = new ArrayList<>();
        for (Output<Format> output : outputs) {
            try {
                switch (output.format()) {
                    case HTML -> HtmlReport.write(result, output.path());
                    case JSON -> JsonReport.write(result, output.path());
                    case JUNIT -> JUnitReport.write(result, output.path());
                    case MARKDOWN -> MarkdownReport.write(result, command, output.path());
                }
            } catch (AuditException failure) {
                if (failure.code() != AuditException.Code.OUTPUT) {
                    throw failure;
                }
                failed.add(failure);
            }
        }
        if (!failed.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    failed.stream().map(AuditException::getMessage).collect(Collectors.joining("\n")),
                    failed.get(0));
        }
    }

    /**
     * The output of a command that writes one file of one kind.
     *
     * @throws AuditException {@code USAGE} for another ending
     */
    static Path ending(String name, String ending) {
        if (!name.toLowerCase(Locale.ROOT).endsWith(ending)) {
            throw new AuditException(
                    AuditException.Code.USAGE, "the output " + UserPath.shown(name) + " must end in " + ending);
        }
        return UserPath.of(name, "output");
    }

    /**
     * Makes sure that an output can be written and replaces nothing that is read, before anything costly starts.
     *
     * @param inputs the files that the command reads, and the directories none of whose files may be replaced
     * @throws AuditException {@code USAGE} where the output is one of them, {@code OUTPUT} where it cannot be written
     */
    static void requireUsable(Path output, List<Path> inputs) {
        try {
            for (Path input : inputs) {
                if (Files.isRegularFile(output)) {
                    requireApart(output, input);
                } else {
                    requireOutside(output, input);
                }
            }
        } catch (IOException failed) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "the output " + UserPath.shown(output) + " cannot be told from what is read: " + Reason.of(failed)
                            + "; name another file",
                    failed);
        }
        AtomicFile.requireWritable(output);
    }

    /** The words of the call, for what is written to tell. */
    static List<String> command(CommandSpec spec) {
        return Stream.concat(
                        Stream.of(spec.root().name()),
                        spec.root().commandLine().getParseResult().originalArgs().stream())
                .toList();
    }

    /** Refuses an output in the place of a file that the same call writes, there already or not. */
    static void requireOther(Path output, Path written) {
        if (output.toAbsolutePath().normalize().equals(written.toAbsolutePath().normalize())) {
            throw replaces(output, "audits are kept there (--runs)");
        }
    }

    private static void requireApart(Path output, Path input) throws IOException {
        if (Files.isSameFile(output, input)) {
            throw replaces(output, "it is read as " + UserPath.shown(input));
        }
        if (!Files.isDirectory(input)) {
            return;
        }
        boolean inside = output.toRealPath().startsWith(input.toRealPath());
        // The files of a download are often links to files that lie elsewhere.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(input)) {
            for (Path file : files) {
                inside |= Files.exists(file) && Files.isSameFile(output, file);
            }
        }
        if (inside) {
            throw replaces(output, "it is a file of " + UserPath.shown(input));
        }
    }

    /** All files of a dataset's folder are its rows, so that a new one there would be read as such the next time; a model's files have their names. */
    private static void requireOutside(Path output, Path input) throws IOException {
        Path folder = Objects.requireNonNullElse(output.toAbsolutePath().getParent(), output);
        if (Files.isDirectory(input)
                && !Files.exists(input.resolve(MODEL_FILE))
                && Files.isDirectory(folder)
                && Files.isSameFile(folder, input)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the output " + UserPath.shown(output) + " would lie in " + UserPath.shown(input)
                            + ", whose files are all read as data; name one in another folder");
        }
    }

    private static AuditException replaces(Path output, String why) {
        return new AuditException(
                AuditException.Code.USAGE,
                "the output " + UserPath.shown(output) + " would replace what is read: " + why + "; name another file");
    }
}
