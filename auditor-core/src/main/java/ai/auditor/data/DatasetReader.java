package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.data.internal.CsvRecords;
import ai.auditor.data.internal.FileSource;
import ai.auditor.data.internal.RecordFormat;
import ai.auditor.data.internal.RecordSplitter;
import ai.auditor.data.internal.RowShapes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads datasets: JSON Lines and CSV, plain or compressed with gzip or zstd.
 *
 * <p>The ending of the name decides the format, the first bytes of the file the compression. Records that cannot be used become
 * {@link BadRow}s; only damage to the file as a whole, or a question that the user must answer, is an exception.
 */
public final class DatasetReader {
    private static final int RECORDS_PER_REPORT = 256;
    private static final List<String> JSON_ENDINGS = List.of(".jsonl", ".ndjson", ".json");
    private static final String CSV_ENDING = ".csv";
    private static final List<String> COMPRESSION_ENDINGS = List.of(".gz", ".zst");

    /** Such a file may be read all the same: compression is told by the first bytes. */
    private static final String NOT_COMPRESSED = " (the file is not compressed, whatever its ending says)";

    /** Bad records that are named; of the others only the number is kept. */
    static final int NAMED_BAD_RECORDS = 1_000;

    /** A file with more is none of these formats, whatever share of bad rows a user allows. */
    static final long MOST_BAD_RECORDS = 1_000_000;

    private DatasetReader() {}

    /**
     * Opens a file for reading entry by entry.
     *
     * @throws AuditException {@code USAGE} for an unknown ending, a file that is not there or a directory, fields named by the
     *     options that make no shape together or that the header of a CSV file lacks; {@code DATA} for a file that is damaged or
     *     a broken header; {@code INTERRUPTED}
     */
    public static RowStream open(Path path, ReadOptions options) {
        String name = Printable.line(path.toString());
        boolean csv = isCsv(path, name);
        RowShapes shapes = new RowShapes(name, options);
        FileSource source = FileSource.open(path, name, options);
        try {
            RecordSplitter splitter = new RecordSplitter(source, name, csv, options.maxRowBytes());
            RecordFormat format =
                    csv ? CsvRecords.withHeader(splitter, name, options) : RecordFormat.json(options.maxRowBytes());
            boolean misnamed = !source.compressed() && compressionEnding(path).isPresent();
            return new RowStream(name, source, splitter, format, shapes, misnamed ? NOT_COMPRESSED : "");
        } catch (AuditException failure) {
            source.close();
            throw failure;
        }
    }

    /** Reads a whole file with the usual options; as {@link #read(Path, ReadOptions, Progress)}. */
    public static Dataset read(Path path) {
        return read(path, ReadOptions.DEFAULT, Progress.NONE);
    }

    /**
     * Reads a whole file.
     *
     * @throws AuditException as {@link #open} and {@link RowStream} do; {@code DATA} for more than a million bad records
     */
    public static Dataset read(Path path, ReadOptions options, Progress progress) {
        List<Row> rows = new ArrayList<>();
        List<BadRow> badRows = new ArrayList<>();
        long badRecords = 0;
        try (RowStream stream = open(path, options)) {
            String stage = "reading " + Printable.line(String.valueOf(path.getFileName()));
            while (stream.hasNext()) {
                Entry entry = stream.next();
                // A switch over the sealed type needs Java 21.
                if (entry instanceof Row row) {
                    rows.add(row);
                } else if (entry instanceof BadRow bad) {
                    badRecords++;
                    if (badRows.size() < NAMED_BAD_RECORDS) {
                        badRows.add(bad);
                    }
                    requireFew(badRecords, bad);
                }
                if (entry.record() % RECORDS_PER_REPORT == 0) {
                    progress.report(stage, stream.position(), stream.size(), "bytes");
                }
            }
            String fileDigest = stream.fileDigest();
            progress.report(stage, stream.position(), stream.size(), "bytes");
            return new Dataset(
                    Printable.line(path.toString()), rows, badRows, badRecords, fileDigest, Dataset.digestOf(rows));
        }
    }

    private static void requireFew(long badRecords, BadRow last) {
        if (badRecords > MOST_BAD_RECORDS) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    String.format(
                            Locale.ROOT,
                            "%s, line %d: more than %,d records of the file are bad, so the rest is not read; this one: %s",
                            last.file(),
                            last.line(),
                            MOST_BAD_RECORDS,
                            last.reason()));
        }
    }

    private static String lowerName(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    }

    private static Optional<String> compressionEnding(Path path) {
        return COMPRESSION_ENDINGS.stream().filter(lowerName(path)::endsWith).findFirst();
    }

    private static boolean isCsv(Path path, String name) {
        String whole = lowerName(path);
        String lower = compressionEnding(path)
                .map(ending -> whole.substring(0, whole.length() - ending.length()))
                .orElse(whole);
        if (lower.endsWith(CSV_ENDING)) {
            return true;
        }
        if (JSON_ENDINGS.stream().anyMatch(lower::endsWith)) {
            return false;
        }
        throw new AuditException(
                AuditException.Code.USAGE,
                name + ": unknown kind of file; known endings are " + String.join(" ", JSON_ENDINGS) + " " + CSV_ENDING
                        + ", each also with " + String.join(" or ", COMPRESSION_ENDINGS));
    }
}
