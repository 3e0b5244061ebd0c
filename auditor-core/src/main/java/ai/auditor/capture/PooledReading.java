package ai.auditor.capture;

import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.TokenBatch;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;

/** Pooled activations, their gradients and likelihoods of rows, as a plan asks for them. */
record PooledReading(BatchReader reader, CapturePlan plan) {
    /** In the order of the rows, which were checked. */
    ActivationTable read(List<TokenizedRow> rows) {
        Decoder decoder = reader.decoder();
        Capture.Settings settings = reader.settings();
        Distinct distinct = Distinct.of(rows);
        PooledColumns columns =
                new PooledColumns(plan, distinct.rows().size(), decoder.facts().hiddenSize());
        boolean backwards = plan.gradient();
        try (Begin begin = reader.begin(distinct.rows(), plan.interventions())) {
            // A change may mean a text's last prompt token, of which packed tails have several.
            boolean packing =
                    settings.packing() && !(backwards && !plan.interventions().isEmpty());
            Batching batching = backwards
                    ? Batching.tails(settings.gradientTokenBudget(), settings.tokenBudget())
                    : Batching.whole(settings.tokenBudget(), begin.tokens());
            reader.each("reading rows with the model", distinct.rows(), batching, packing, sequences -> {
                TokenBatch tokens = Batching.tokens(sequences);
                try (Begin own = backwards ? begin.then(sequences, plan.interventions()) : begin.kept();
                        ForwardPass pass = own.open(tokens)) {
                    read(pass, sequences, tokens.length(), columns);
                }
            });
        }
        return columns.table(decoder, rows, distinct.places());
    }

    private void read(ForwardPass pass, List<Sequence> sequences, int length, PooledColumns columns) {
        Decoder decoder = reader.decoder();
        Pooler pooler = new Pooler(pass, sequences, length, plan.poolings());
        Predictions predictions = new Predictions(sequences, length);
        int width = decoder.facts().hiddenSize();
        BatchRun run = new BatchRun(
                decoder, pass, plan, (point, stream) -> pooler.pool(pass, stream, columns.activations(point), width));
        if (plan.gradient()) {
            run.andBack(
                    predictions,
                    columns.nll(),
                    (point, gradient) -> pooler.pool(pass, gradient, columns.gradients(point), width));
            return;
        }
        Tensor output = run.run();
        if (plan.nll()) {
            predictions.nll(pass, output, columns.nll());
        }
    }
}
