package ai.auditor.probes.shortcut;

import ai.auditor.AuditException;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.probe.Study;
import ai.auditor.text.TokenizedRow;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Features of rows, made without labels; features that are equal in all rows are left out.
 *
 * @param names {@code [features]}
 * @param values {@code [rows][features]}
 */
public record FeatureTable(List<String> names, double[][] values) {
    public FeatureTable {
        names = List.copyOf(names);
    }

    /** Format and length alone. */
    static FeatureTable format(Study study) {
        return study.memo("shortcut/format", () -> format(study.rows(), study.tokens()));
    }

    /**
     * Format and length alone, of rows that are no study.
     *
     * @param tokens of each row
     */
    public static FeatureTable format(List<Row> rows, List<TokenizedRow> tokens) {
        return of(
                rows.size(),
                i -> FormatFeatures.of(rows.get(i).completion(), tokens.get(i).completionTokens()));
    }

    /** Format and length, and beside them digits and first-order statistics. */
    static FeatureTable everything(Study study) {
        FeatureTable format = format(study);
        return study.memo(
                "shortcut/everything",
                () -> format.beside(
                        of(study.rows().size(), i -> content(study.rows().get(i)))));
    }

    private static Features content(Row row) {
        String prompt = row.prompt().stream().map(Message::content).collect(Collectors.joining("\n"));
        return ContentFeatures.of(prompt, row.completion());
    }

    private static FeatureTable of(int rows, IntFunction<Features> features) {
        List<String> names = rows == 0 ? List.of() : features.apply(0).names();
        double[][] all = new double[rows][];
        for (int i = 0; i < rows; i++) {
            AuditException.checkInterrupted();
            all[i] = features.apply(i).values();
        }
        int[] varying = IntStream.range(0, names.size())
                .filter(j -> IntStream.range(1, rows).anyMatch(i -> all[i][j] != all[0][j]))
                .toArray();
        double[][] kept = new double[rows][];
        for (int i = 0; i < rows; i++) {
            double[] row = all[i];
            kept[i] = IntStream.of(varying).mapToDouble(j -> row[j]).toArray();
        }
        return new FeatureTable(IntStream.of(varying).mapToObj(names::get).toList(), kept);
    }

    private FeatureTable beside(FeatureTable other) {
        double[][] both = new double[values.length][];
        for (int i = 0; i < both.length; i++) {
            both[i] = DoubleStream.concat(Arrays.stream(values[i]), Arrays.stream(other.values[i]))
                    .toArray();
        }
        return new FeatureTable(
                Stream.concat(names.stream(), other.names.stream()).toList(), both);
    }
}
