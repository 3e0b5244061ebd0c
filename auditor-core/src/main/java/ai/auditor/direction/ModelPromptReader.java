package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.data.Row;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.stats.Matrix;
import ai.auditor.text.EncodedRow;
import ai.auditor.text.TokenizedRow;
import ai.auditor.text.UnusableRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads prompts and rows with a reference model. */
public final class ModelPromptReader implements PromptReader {
    private final ReferenceModel model;
    private final List<Intervention> interventions;
    private final Capture capture;

    public ModelPromptReader(ReferenceModel model, Progress progress) {
        this(model, List.of(), progress);
    }

    /** @param interventions done while reading */
    public ModelPromptReader(ReferenceModel model, List<Intervention> interventions, Progress progress) {
        this.model = model;
        this.interventions = List.copyOf(interventions);
        Progress named = (part, done, total, unit) -> progress.report("steering vectors", done, total, unit);
        this.capture = new Capture(model.decoder(), Capture.Settings.of(model.facts()), named);
    }

    @Override
    public Map<Point, Matrix> promptLast(List<Prompt> prompts, List<Point> points) {
        List<TokenizedRow> rows = new ArrayList<>(prompts.size());
        for (Prompt prompt : prompts) {
            int[] ids = ids(prompt);
            // A prompt alone ends where its answer would start: its last token is read as if it were the answer's.
            rows.add(new TokenizedRow(rows.size(), ids, ids.length - 1, ids.length, ids.length - 1, 0));
        }
        return read(rows, points, Pooling.COMPLETION_LAST);
    }

    @Override
    public int[] tokens(List<Prompt> prompts) {
        return prompts.stream().mapToInt(prompt -> ids(prompt).length).toArray();
    }

    int[] ids(Prompt prompt) {
        return model.encoder().encodePrompt(prompt.messages(), prompt.answerPrefix());
    }

    @Override
    public Map<Point, Matrix> completionMean(List<Row> rows, List<Point> points) {
        List<TokenizedRow> tokens = new ArrayList<>(rows.size());
        for (Row row : rows) {
            EncodedRow encoded = model.encoder().encode(row);
            if (encoded instanceof UnusableRow unusable) {
                throw new AuditException(
                        AuditException.Code.DATA, "pair " + row.record() + " cannot be read: " + unusable.reason());
            }
            tokens.add((TokenizedRow) encoded);
        }
        return read(tokens, points, Pooling.COMPLETION_MEAN);
    }

    private Map<Point, Matrix> read(List<TokenizedRow> rows, List<Point> points, Pooling pooling) {
        ActivationTable table = capture.run(CapturePlan.activations(points, List.of(pooling), interventions), rows);
        Map<Point, Matrix> read = new TreeMap<>();
        points.forEach(point -> read.put(point, table.activations(point, pooling)));
        return read;
    }
}
