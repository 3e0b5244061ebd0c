package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.data.internal.DatasetFiles;
import ai.auditor.data.internal.Place;
import ai.auditor.data.internal.RowShapes;
import ai.auditor.data.internal.ShardRecords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads datasets: JSON Lines and CSV, plain or compressed with gzip or zstd, Parquet, and Arrow IPC files and streams; a file, a folder of
 * files of one format, or several files.
 *
 * <p>The ending of the name decides the format; of JSON Lines and CSV the first bytes decide the compression, of Arrow whether it is a
 * file or a stream. Records that cannot be used become {@link BadRow}s; only damage to a file as a whole, or a question that the user
 * must answer, is an exception.
 */
public final class DatasetReader {
    private static final int RECORDS_PER_REPORT = 256;

    /** Bad records that are named; of the others only the number is kept. */
    static final int NAMED_BAD_RECORDS = 1_000;

    /** A file with more is none of these formats, whatever share of bad rows a user allows. */
    static final long MOST_BAD_RECORDS = 1_000_000;

    private DatasetReader() {}

    /**
     * Opens a file or a folder for reading entry by entry.
     *
     * @throws AuditException as {@link #open(List, ReadOptions)}
     */
    public static RowStream open(Path path, ReadOptions options) {
        return open(List.of(path), options);
    }

    /**
     * Opens the files of one dataset for reading entry by entry, in the order in which they are named; the files of a folder, which are
     * of one format, in the order of their names. What lies in a folder beside its data (README.md, dataset_info.json, state.json and
     * the like, hidden files) is passed over.
     *
     * @param paths one file or folder, or several
     * @throws AuditException {@code USAGE} for an unknown ending, a file that is not there, a folder without data, several formats or
     *     splits, fields named by the options that make no shape together or that a file with named columns lacks; {@code DATA} for a
     *     file that is damaged, a broken header, a folder in which a part is missing; {@code INTERRUPTED}
     */
    public static RowStream open(List<Path> paths, ReadOptions options) {
        if (paths.isEmpty()) {
            throw new AuditException(AuditException.Code.USAGE, "no file of the dataset is named");
        }
        RowShapes shapes = new RowShapes(nameOf(paths), options);
        return new RowStream(new ShardRecords(DatasetFiles.of(paths), options), shapes);
    }

    /** Reads a whole file or folder with the usual options; as {@link #read(List, ReadOptions, Progress)}. */
    public static Dataset read(Path path) {
        return read(path, ReadOptions.DEFAULT, Progress.NONE);
    }

    /** Reads a whole file or folder; as {@link #read(List, ReadOptions, Progress)}. */
    public static Dataset read(Path path, ReadOptions options, Progress progress) {
        return read(List.of(path), options, progress);
    }

    /**
     * Reads all of a dataset, whose record numbers go on from file to file.
     *
     * @param paths one file or folder, or several
     * @throws AuditException as {@link #open(List, ReadOptions)} and {@link RowStream} do; {@code DATA} for more than a million bad
     *     records
     */
    public static Dataset read(List<Path> paths, ReadOptions options, Progress progress) {
        List<Row> rows = new ArrayList<>();
        List<BadRow> badRows = new ArrayList<>();
        long badRecords = 0;
        try (RowStream stream = open(paths, options)) {
            String stage =
                    "reading " + Printable.line(String.valueOf(paths.get(0).getFileName())) + others(paths);
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
            return new Dataset(nameOf(paths), rows, badRows, badRecords, fileDigest, Dataset.digestOf(rows));
        }
    }

    private static String nameOf(List<Path> paths) {
        return Printable.line(paths.get(0).toString()) + others(paths);
    }

    private static String others(List<Path> paths) {
        return paths.size() == 1 ? "" : " and " + (paths.size() - 1) + " more";
    }

    private static void requireFew(long badRecords, BadRow last) {
        if (badRecords > MOST_BAD_RECORDS) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    String.format(
                            Locale.ROOT,
                            "%s: more than %,d records of the dataset are bad, so the rest is not read; this one: %s",
                            new Place(last.file(), last.line(), last.record()),
                            MOST_BAD_RECORDS,
                            last.reason()));
        }
    }
}
