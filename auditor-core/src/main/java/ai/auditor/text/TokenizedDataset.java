package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.BadRow;
import ai.auditor.data.BadRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dataset as the model reads it.
 *
 * @param rows the rows that can take part
 * @param tokens the same rows as tokens
 * @param badRows the records that cannot: those that the reader named, then all that have no tokens
 * @param longRows how many rows are over the model's context, left out or cut
 * @param namedLongRows the same rows, each with its place
 * @param controlTokens rows whose own text spells a control token
 * @param movedSystems rows with a system message whose text goes before the user's turn, since the chat template takes none there
 */
public record TokenizedDataset(
        Dataset dataset,
        List<Row> rows,
        List<TokenizedRow> tokens,
        List<BadRow> badRows,
        long longRows,
        List<BadRow> namedLongRows,
        long controlTokens,
        long movedSystems) {

    private static final int CHECK_EVERY = 256;

    public TokenizedDataset {
        rows = List.copyOf(rows);
        tokens = List.copyOf(tokens);
        badRows = List.copyOf(badRows);
        namedLongRows = List.copyOf(namedLongRows);
    }

    /**
     * Rows taken from what was encoded before, where the records that cannot take part and the long rows are counted.
     *
     * @param tokens the same rows as tokens
     */
    public static TokenizedDataset of(Dataset dataset, List<Row> rows, List<TokenizedRow> tokens) {
        return new TokenizedDataset(dataset, rows, tokens, List.of(), 0, List.of(), 0, 0);
    }

    /** How many records cannot take part, named or not; long rows are not among them. */
    public long badRecords() {
        return dataset.badRecords() - dataset.badRows().size() + badRows.size();
    }

    /**
     * The same rows run by run, as {@link Dataset#runs} has them; records that cannot take part and long rows are counted with the whole.
     *
     * @throws AuditException as {@link Dataset#runs}
     */
    public List<TokenizedDataset> runs() {
        List<Dataset> runs = dataset.runs();
        if (runs.size() == 1) {
            return List.of(this);
        }
        Map<Optional<String>, List<Integer>> places = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            places.computeIfAbsent(rows.get(i).run(), run -> new ArrayList<>()).add(i);
        }
        return runs.stream()
                .map(run -> {
                    List<Integer> own = places.getOrDefault(run.rows().get(0).run(), List.of());
                    return of(
                            run,
                            own.stream().map(rows::get).toList(),
                            own.stream().map(tokens::get).toList());
                })
                .toList();
    }

    /**
     * Makes sure that a row is left.
     *
     * @param context the context that the rows were encoded for
     * @throws AuditException {@code NOTHING_TO_AUDIT} where none is
     */
    public void requireRows(int context) {
        if (rows.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    dataset.name() + ": no row can take part: "
                            + (longRows == 0
                                    ? "none can be used"
                                    : "those that can be used are over the model's context of " + context
                                            + " tokens; cut them with --long-rows cut, which keeps rows whose completion"
                                            + " begins within it, or take a model with a longer context"));
        }
    }

    /**
     * Encodes a dataset that something can be done with.
     *
     * @param maxBadRows the largest share of records that cannot take part
     * @throws AuditException {@code DATA} for more of them, and as {@link #requireRows} and {@link #encode}
     */
    public static TokenizedDataset encodeUsable(
            Dataset dataset, RowEncoder encoder, int context, LongRows longRows, double maxBadRows, Progress progress) {
        TokenizedDataset encoded = encode(dataset, encoder, context, longRows, progress);
        BadRows.requireFew(dataset.name(), encoded.badRows(), encoded.badRecords(), dataset.records(), maxBadRows);
        encoded.requireRows(context);
        return encoded;
    }

    /**
     * Encodes every row.
     *
     * @param context the most tokens that the model takes
     * @throws AuditException {@code INTERRUPTED} if the calling thread was interrupted
     */
    public static TokenizedDataset encode(
            Dataset dataset, RowEncoder encoder, int context, LongRows longRows, Progress progress) {
        List<Row> rows = new ArrayList<>();
        List<TokenizedRow> tokens = new ArrayList<>();
        List<BadRow> badRows = new ArrayList<>(dataset.badRows());
        List<BadRow> tooLong = new ArrayList<>();
        long controlTokens = 0;
        long movedSystems = 0;
        for (Row row : dataset.rows()) {
            if (rows.size() % CHECK_EVERY == 0) {
                AuditException.checkInterrupted();
                progress.report(
                        "tokenizing " + dataset.name(),
                        rows.size(),
                        dataset.rows().size(),
                        "rows");
            }
            EncodedRow encoded = encoder.encode(row);
            if (encoded instanceof UnusableRow unusable) {
                badRows.add(new BadRow(dataset.name(), row.line(), row.record(), unusable.reason()));
                continue;
            }
            TokenizedRow fitting = (TokenizedRow) encoded;
            if (fitting.tokens() > context) {
                boolean leftOut = longRows == LongRows.LEAVE_OUT || fitting.firstPredicted() >= context;
                tooLong.add(new BadRow(
                        dataset.name(),
                        row.line(),
                        row.record(),
                        fitting.tokens() + " tokens, over the context of " + context
                                + (leftOut ? ": left out" : ": cut")));
                if (leftOut) {
                    continue;
                }
                fitting = cut(fitting, context);
            }
            controlTokens += fitting.controlTokens() > 0 ? 1 : 0;
            movedSystems += fitting.movedSystem() ? 1 : 0;
            rows.add(row);
            tokens.add(fitting);
        }
        return new TokenizedDataset(
                dataset, rows, tokens, badRows, tooLong.size(), tooLong, controlTokens, movedSystems);
    }

    private static TokenizedRow cut(TokenizedRow row, int context) {
        return new TokenizedRow(
                row.record(),
                Arrays.copyOf(row.ids(), context),
                row.completionStart(),
                Math.min(row.completionEnd(), context),
                row.firstPredicted(),
                row.controlTokens(),
                row.movedSystem());
    }
}
