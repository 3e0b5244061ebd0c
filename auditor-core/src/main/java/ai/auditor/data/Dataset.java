package ai.auditor.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A dataset in memory: its rows, the records that are none, and digests.
 *
 * @param name the file's or folder's name, or what the caller calls it
 * @param rows the usable rows in input order
 * @param badRows the first of the records that could not be used, named
 * @param badRecords how many records could not be used
 * @param fileDigest SHA-256 of the file's bytes as they lie on disk, of several files the digest of theirs in order; empty for rows that came
 *     from no file
 * @param contentDigest SHA-256 over the sorted content digests of the rows: equal for any order of the same rows in any format
 */
public record Dataset(
        String name, List<Row> rows, List<BadRow> badRows, long badRecords, String fileDigest, String contentDigest) {
    public Dataset {
        Objects.requireNonNull(name);
        rows = List.copyOf(rows);
        badRows = List.copyOf(badRows);
        Objects.requireNonNull(fileDigest);
        Objects.requireNonNull(contentDigest);
    }

    /** A dataset of rows that a caller holds already. */
    public static Dataset of(String name, Iterable<Row> rows) {
        List<Row> copy = new ArrayList<>();
        rows.forEach(copy::add);
        return new Dataset(name, copy, List.of(), 0, "", digestOf(copy));
    }

    /** How many records were seen, good and bad. */
    public long records() {
        return rows.size() + badRecords;
    }

    static String digestOf(List<Row> rows) {
        Sha256 digest = new Sha256();
        rows.stream().map(Row::contentDigest).sorted().forEach(digest::text);
        return digest.hex();
    }
}
