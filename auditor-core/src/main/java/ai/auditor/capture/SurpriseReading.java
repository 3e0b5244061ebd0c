package ai.auditor.capture;

import ai.auditor.model.Decoder;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How surprising rows are to a model.
 *
 * @param digits which a token begins with, below 0 for none, {@code [vocabulary]}
 */
record SurpriseReading(BatchReader reader, CapturePlan likelihood, int[] digits) {
    /** In the order of the rows, which were checked. */
    List<Surprise> read(List<TokenizedRow> rows) {
        Decoder decoder = reader.decoder();
        Distinct distinct = Distinct.of(rows);
        Set<Integer> ends = Set.copyOf(decoder.facts().endTokens());
        Surprise[] read = new Surprise[distinct.rows().size()];
        boolean packing = reader.settings().packing();
        try (Begin begin = reader.begin(distinct.rows(), List.of())) {
            reader.whole(
                    "reading how surprising rows are", distinct.rows(), begin, packing, (pass, tokens, sequences) -> {
                        Tensor output = new BatchRun(decoder, pass, likelihood, (point, values) -> {}).run();
                        new Predictions(sequences, tokens.length()).surprises(pass, output, ends, digits, read);
                    });
        }
        for (int row = 0; row < read.length; row++) {
            Surprise one = read[row];
            if (!Double.isFinite(one.nll() + one.entropy() + one.variance())) {
                throw Fault.in(decoder, List.of(), distinct.rows().get(row));
            }
        }
        return IntStream.of(distinct.places()).mapToObj(place -> read[place]).toList();
    }
}
