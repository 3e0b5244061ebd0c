package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

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
    /** More runs than anybody makes: each stands in the candidate's place once, at the cost of an audit. */
    public static final int MOST_RUNS = 1_000;

    /** No name of a run is blank. */
    private static final String NO_RUN = "";

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

    /**
     * The dataset run by run, in the order of the runs' names, so that nothing depends on the order of its rows; itself alone where its rows
     * name one run or none. A record that could not be used is of no run, so it stays with the whole.
     *
     * @throws AuditException {@code USAGE} for more than a thousand runs, and for rows of which some name a run and others do not
     */
    public List<Dataset> runs() {
        Map<String, List<Row>> runs = new TreeMap<>();
        for (Row row : rows) {
            runs.computeIfAbsent(row.run().orElse(NO_RUN), run -> new ArrayList<>())
                    .add(row);
            if (runs.size() > MOST_RUNS) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        name + ": its rows name more than " + MOST_RUNS
                                + " runs: the field is to say which generation run a row comes from, not which row it is");
            }
        }
        if (runs.size() <= 1) {
            return List.of(this);
        }
        if (runs.containsKey(NO_RUN)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    name + ": " + runs.get(NO_RUN).size() + " of its " + rows.size()
                            + " rows name no run and the others do; name the run of each row, or of none");
        }
        return runs.entrySet().stream()
                .map(run -> new Dataset(
                        name + ", run " + Printable.line(run.getKey()),
                        run.getValue(),
                        List.of(),
                        0,
                        fileDigest,
                        digestOf(run.getValue())))
                .toList();
    }

    /** Whether its rows are not all of one run, by what they say, or some say one and others do not. */
    public boolean namesSeveralRuns() {
        return rows.stream().map(Row::run).distinct().limit(2).count() > 1;
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
