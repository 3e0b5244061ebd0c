package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.data.ReadOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of files, told by the endings of their names. */
enum DataFormat {
    JSON("JSON Lines", ".jsonl", ".ndjson", ".json"),
    CSV("CSV", ".csv"),
    PARQUET("Parquet", ".parquet"),
    ARROW("Arrow", ".arrow", ".feather", ".ipc");

    private static final List<String> COMPRESSION_ENDINGS = List.of(".gz", ".zst");

    /** Such a file may be read all the same: compression is told by the first bytes. */
    private static final String NOT_COMPRESSED = " (the file is not compressed, whatever its ending says)";

    private final String shown;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> endings;

    DataFormat(String shown, String... endings) {
        this.shown = shown;
        this.endings = List.of(endings);
    }

    String shown() {
        return shown;
    }

    /** The format that a name says. */
    static Optional<DataFormat> of(Path path) {
        String name = lowerName(path);
        String plain = compressionEnding(path)
                .map(ending -> name.substring(0, name.length() - ending.length()))
                .orElse(name);
        return Arrays.stream(values())
                .filter(format -> format.endings.stream().anyMatch(format.isText() ? plain::endsWith : name::endsWith))
                .findFirst();
    }

    /**
     * Opens a file by its ending.
     *
     * @throws AuditException {@code USAGE} for an unknown one, and as the format does
     */
    static Records open(Path path, String name, ReadOptions options) {
        DataFormat format = of(path).orElseThrow(() ->
                new AuditException(AuditException.Code.USAGE, name + ": unknown kind of file; " + knownEndings()));
        return switch (format) {
            case JSON -> text(path, name, options, false);
            case CSV -> text(path, name, options, true);
            case PARQUET -> ParquetRecords.open(path, name, options);
            case ARROW -> ArrowRecords.open(path, name, options);
        };
    }

    /** Which endings there are, for messages. */
    static String knownEndings() {
        return "known endings are " + endings(true) + ", each also with " + String.join(" or ", COMPRESSION_ENDINGS)
                + ", and " + endings(false);
    }

    private static String endings(boolean text) {
        return Arrays.stream(values())
                .filter(format -> format.isText() == text)
                .flatMap(format -> format.endings.stream())
                .collect(Collectors.joining(" "));
    }

    private boolean isText() {
        return switch (this) {
            case JSON, CSV -> true;
            case PARQUET, ARROW -> false;
        };
    }

    private static Records text(Path path, String name, ReadOptions options, boolean csv) {
        FileSource source = FileSource.open(path, name, options);
        try {
            RecordSplitter splitter = new RecordSplitter(source, name, csv, options.maxRowBytes());
            RecordFormat format =
                    csv ? CsvRecords.withHeader(splitter, name, options) : RecordFormat.json(options.maxRowBytes());
            boolean misnamed = !source.compressed() && compressionEnding(path).isPresent();
            return new TextRecords(name, source, splitter, format, misnamed ? NOT_COMPRESSED : "");
        } catch (AuditException failure) {
            source.close();
            throw failure;
        }
    }

    private static Optional<String> compressionEnding(Path path) {
        return COMPRESSION_ENDINGS.stream().filter(lowerName(path)::endsWith).findFirst();
    }

    private static String lowerName(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    }
}
