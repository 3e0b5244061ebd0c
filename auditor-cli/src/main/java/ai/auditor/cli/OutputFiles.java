package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.AuditResult;
import ai.auditor.report.HtmlReport;
import ai.auditor.report.JsonReport;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The report files that a user asked for; the ending decides the format. */
final class OutputFiles {
    private enum Format {
        JSON,
        HTML
    }

    private record Output(Path path, Format format) {}

    private final List<Output> outputs;

    private OutputFiles(List<Output> outputs) {
        this.outputs = outputs;
    }

    /**
     * Reads the endings.
     *
     * @throws AuditException {@code USAGE} for an ending that is not known
     */
    static OutputFiles of(List<String> names) {
        List<Output> outputs = new ArrayList<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.endsWith(".json")) {
                outputs.add(new Output(UserPath.of(name, "output"), Format.JSON));
            } else if (lower.endsWith(".html")) {
                outputs.add(new Output(UserPath.of(name, "output"), Format.HTML));
            } else {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "the ending of the output " + UserPath.shown(name) + " is not known; known: .json, .html");
            }
        }
        return new OutputFiles(outputs);
    }

    /** As {@link #requireUsable(Path, Path, List)} for every output. */
    void requireUsable(Path model, List<Path> inputs) {
        outputs.forEach(output -> requireUsable(output.path(), model, inputs));
    }

    /** The files' names for a message, if there are any. */
    Optional<String> names() {
        return outputs.isEmpty()
                ? Optional.empty()
                : Optional.of(outputs.stream()
                        .map(output -> UserPath.shown(output.path()))
                        .collect(Collectors.joining(", ")));
    }

    void write(AuditResult result) {
        for (Output output : outputs) {
            switch (output.format()) {
                case JSON -> JsonReport.write(result, output.path());
                case HTML -> HtmlReport.write(result, output.path());
            }
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
     * @param model the model directory, none of whose files may be replaced
     * @param inputs the other files that the command reads
     * @throws AuditException {@code USAGE} where the output is one of them, {@code OUTPUT} where it cannot be written
     */
    static void requireUsable(Path output, Path model, List<Path> inputs) {
        Path folder = requireFolder(output);
        try {
            if (Files.exists(output)) {
                requireApart(output, folder, model, inputs);
            }
        } catch (IOException failed) {
            throw unwritable(output, failed.getClass().getSimpleName());
        }
        requireWritable(output);
    }

    /**
     * Makes sure that an output can be written, for a command that reads nothing.
     *
     * @throws AuditException {@code OUTPUT} where it cannot be
     */
    static void requireWritable(Path output) {
        Path folder = requireFolder(output);
        try {
            Files.delete(Files.createTempFile(folder, ".auditor", ".tmp"));
        } catch (IOException failed) {
            throw unwritable(output, failed.getClass().getSimpleName());
        }
    }

    private static Path requireFolder(Path output) {
        Path folder = output.toAbsolutePath().getParent();
        if (Files.isDirectory(output) || folder == null || !Files.isDirectory(folder)) {
            throw unwritable(output, Files.isDirectory(output) ? "it is a directory" : "its folder is not there");
        }
        return folder;
    }

    private static void requireApart(Path output, Path folder, Path model, List<Path> inputs) throws IOException {
        for (Path input : inputs) {
            if (Files.isSameFile(output, input)) {
                throw replaces(output, "it is read as " + UserPath.shown(input));
            }
        }
        if (!Files.isDirectory(model)) {
            return;
        }
        boolean ofModel = folder.toRealPath().startsWith(model.toRealPath());
        // The files of a download are often links to files that lie elsewhere.
        try (DirectoryStream<Path> files = Files.newDirectoryStream(model)) {
            for (Path file : files) {
                ofModel |= Files.exists(file) && Files.isSameFile(output, file);
            }
        }
        if (ofModel) {
            throw replaces(output, "it is a file of the model");
        }
    }

    private static AuditException replaces(Path output, String why) {
        return new AuditException(
                AuditException.Code.USAGE,
                "the output " + UserPath.shown(output) + " would replace what is read: " + why + "; name another file");
    }

    private static AuditException unwritable(Path path, String why) {
        return new AuditException(
                AuditException.Code.OUTPUT,
                "the output " + UserPath.shown(path) + " cannot be written: " + why
                        + "; name a file in a folder that you may write to");
    }
}
