package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Likelihoods of rows under each of several interventions, one at a time; those at one point share the blocks below it. */
record SteeredReading(BatchReader reader, List<? extends Intervention> variants) {
    /** What is read of a batch where the last block has ended under an intervention. */
    private interface End {
        void read(int variant, Predictions predictions, ForwardPass pass, Tensor output);
    }

    /** Mean NLL (nats a completion token) of rows that were checked, {@code [interventions][rows]}. */
    double[][] nll(List<TokenizedRow> rows) {
        Distinct distinct = Distinct.of(rows);
        double[][] nll = new double[variants.size()][distinct.rows().size()];
        each(distinct.rows(), (variant, predictions, pass, output) -> predictions.nll(pass, output, nll[variant]));
        for (int variant = 0; variant < nll.length; variant++) {
            double[] read = nll[variant];
            for (int row = 0; row < read.length; row++) {
                if (!Double.isFinite(read[row])) {
                    throw fault(variant, distinct.rows().get(row));
                }
            }
            nll[variant] = IntStream.of(distinct.places())
                    .mapToDouble(place -> read[place])
                    .toArray();
        }
        return nll;
    }

    /** NLL (nats) of each predicted token of rows that were checked, {@code [interventions][rows][predicted tokens]}. */
    float[][][] tokenNll(List<TokenizedRow> rows) {
        Distinct distinct = Distinct.of(rows);
        float[][][] nll = new float[variants.size()][distinct.rows().size()][];
        each(distinct.rows(), (variant, predictions, pass, output) -> predictions.tokenNll(pass, output, nll[variant]));
        for (int variant = 0; variant < nll.length; variant++) {
            float[][] read = nll[variant];
            for (int row = 0; row < read.length; row++) {
                for (float token : read[row]) {
                    if (!Float.isFinite(token)) {
                        throw fault(variant, distinct.rows().get(row));
                    }
                }
            }
            nll[variant] = IntStream.of(distinct.places())
                    .mapToObj(place -> read[place])
                    .toArray(float[][]::new);
        }
        return nll;
    }

    private AuditException fault(int variant, TokenizedRow row) {
        return Fault.in(reader.decoder(), List.of(variants.get(variant)), row);
    }

    private void each(List<TokenizedRow> rows, End end) {
        try (Begin begin = reader.begin(rows, List.of())) {
            List<Begin> under = begin.under(rows, variants);
            try {
                each(rows, under.isEmpty() ? Begin.none(reader.decoder()) : begin, under, end);
            } finally {
                under.forEach(Begin::close);
            }
        }
    }

    private void each(List<TokenizedRow> rows, Begin begin, List<Begin> under, End end) {
        Map<Point, List<Integer>> byPoint = new TreeMap<>();
        for (int variant = 0; variant < variants.size(); variant++) {
            byPoint.computeIfAbsent(variants.get(variant).point(), point -> new ArrayList<>())
                    .add(variant);
        }
        boolean packing = reader.settings().packing();
        reader.whole("reading rows under steering", rows, begin, packing, (pass, tokens, sequences) -> {
            Predictions predictions = new Predictions(sequences, tokens.length());
            Tensor hidden = pass.embeddings();
            int next = 0;
            for (Map.Entry<Point, List<Integer>> group : byPoint.entrySet()) {
                Point point = group.getKey();
                boolean after = point.kind() == Point.Kind.RESID_POST;
                int needed = after ? point.block() + 1 : point.block();
                hidden = pass.run(hidden, next, needed - 1, List.of());
                next = needed;
                for (int variant : group.getValue()) {
                    AuditException.checkInterrupted();
                    ForwardPass seeing =
                            under.isEmpty() ? pass : under.get(variant).of(pass);
                    try (Tensor steered = steered(seeing, hidden, next, variants.get(variant))) {
                        end.read(variant, predictions, pass, steered);
                    }
                }
            }
        });
    }

    /** The last block's output under a change, from the stream before a block that the change lies behind, or at its start. */
    private Tensor steered(ForwardPass pass, Tensor hidden, int next, Intervention change) {
        return switch (change.point().kind()) {
            case RESID_PRE, RESID_POST -> {
                Tensor changed = pass.apply(hidden, change);
                Tensor end = pass.run(changed, next, last(), List.of());
                if (end != changed) {
                    changed.close();
                }
                yield end;
            }
            case EMBEDDINGS -> {
                try (Tensor start = pass.embeddings(List.of(change), embedded -> {})) {
                    yield pass.run(start, 0, last(), List.of());
                }
            }
            case ATTN_OUT, RESID_MID, MLP_OUT, FINAL_NORM -> pass.run(hidden, next, last(), List.of(change));
        };
    }

    private int last() {
        return reader.decoder().facts().layers() - 1;
    }
}
