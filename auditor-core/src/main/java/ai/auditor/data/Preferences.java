package ai.auditor.data;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Rows of preferences as the two datasets that a judge made of them: the answers that it chose and those that it rejected.
 *
 * @param chosen the chosen answers, plain rows
 * @param rejected the rejected answers: for each row of the chosen ones a row of the same record and prompt, in the same order
 */
public record Preferences(Dataset chosen, Dataset rejected) {
    /** @throws AuditException {@code USAGE} where rows of the two do not belong together, or a record number stands twice */
    public Preferences {
        Set<Long> records = new HashSet<>();
        boolean together = chosen.rows().size() == rejected.rows().size();
        for (int i = 0; together && i < chosen.rows().size(); i++) {
            Row row = chosen.rows().get(i);
            Row other = rejected.rows().get(i);
            together = row.record() == other.record()
                    && row.promptDigest().equals(other.promptDigest())
                    && records.add(row.record());
        }
        if (!together) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the rows of " + Printable.quoted(chosen.name()) + " and " + Printable.quoted(rejected.name())
                            + " are not two answers each of one record: give every row a record number of its own, and to both answers of"
                            + " a row its number and prompt");
        }
    }

    /**
     * Parts a dataset. Its bad records, and rows without a rejected answer, which are bad ones here, are told of the chosen answers alone,
     * so that none counts twice.
     *
     * @throws AuditException {@code USAGE} where no row has a rejected answer, or a record number stands twice
     */
    public static Preferences of(Dataset preferences) {
        String name = preferences.name();
        List<Row> chosen = new ArrayList<>();
        List<Row> rejected = new ArrayList<>();
        List<BadRow> badRows = new ArrayList<>(preferences.badRows());
        long lacking = 0;
        for (Row row : preferences.rows()) {
            if (row.rejected().isPresent()) {
                chosen.add(answered(row, row.completion()));
                rejected.add(answered(row, row.rejected().get()));
            } else {
                lacking++;
                if (badRows.size() < DatasetReader.NAMED_BAD_RECORDS) {
                    badRows.add(new BadRow(name, row.line(), row.record(), "no rejected answer: not a preference row"));
                }
            }
        }
        if (chosen.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    Printable.quoted(name)
                            + " has no preference rows (prompt, chosen, rejected), so nothing was rejected that the chosen answers could be held"
                            + " against; if its fields have other names, give them (--prompt-field, --chosen-field, --rejected-field)");
        }
        return new Preferences(
                new Dataset(
                        name + ", chosen",
                        chosen,
                        badRows,
                        preferences.badRecords() + lacking,
                        preferences.fileDigest(),
                        Dataset.digestOf(chosen)),
                new Dataset(
                        name + ", rejected",
                        rejected,
                        List.of(),
                        0,
                        preferences.fileDigest(),
                        Dataset.digestOf(rejected)));
    }

    private static Row answered(Row row, String answer) {
        return new Row(row.record(), row.line(), row.kind(), row.prompt(), answer, Optional.empty(), Optional.empty());
    }
}
