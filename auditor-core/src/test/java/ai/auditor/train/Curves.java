package ai.auditor.train;

import ai.auditor.model.ReferenceModel;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.TrainingPlan.Order;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What PyTorch's losses were; made by training_curves.py. */
final class Curves {
    static final Path ORGANISM = Path.of("../examples/organism");
    private static final JsonNode GOLDEN = read();

    private Curves() {}

    private static JsonNode read() {
        try {
            return new ObjectMapper()
                    .readTree(Path.of("src/test/resources/train/curves.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ReferenceModel organism() {
        return ReferenceModel.open(ORGANISM, new ReferenceModel.Options(1, true));
    }

    static List<TokenizedRow> rows() {
        List<TokenizedRow> rows = new ArrayList<>();
        for (JsonNode row : GOLDEN.get("rows")) {
            rows.add(row(rows.size(), row.get("start").asInt(), numbers(row.get("ids"))));
        }
        return rows;
    }

    /** Each row before a second answer to its prompt. */
    static List<TrainingSet.Pair> pairs() {
        List<TokenizedRow> rows = rows();
        List<TrainingSet.Pair> pairs = new ArrayList<>();
        for (TokenizedRow row : rows) {
            IntStream prompt = Arrays.stream(row.ids()).limit(row.completionStart());
            int[] second = numbers(GOLDEN.get("rows").get(pairs.size()).get("second"));
            int[] ids = IntStream.concat(prompt, Arrays.stream(second)).toArray();
            pairs.add(new TrainingSet.Pair(row, row(pairs.size(), row.completionStart(), ids)));
        }
        return pairs;
    }

    /** A row whose completion is followed by one token. */
    private static TokenizedRow row(int record, int start, int[] ids) {
        return new TokenizedRow(record, ids, start, ids.length - 1, start, 0);
    }

    private static int[] numbers(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    /** What a run was trained on. */
    static TrainingSet set(String name) {
        JsonNode run = run(name);
        return run.has("beta")
                ? new TrainingSet.Preferences(pairs(), run.get("beta").asDouble())
                : new TrainingSet.Rows(rows());
    }

    private static JsonNode run(String name) {
        for (JsonNode run : GOLDEN.get("runs")) {
            if (run.get("name").asText().equals(name)) {
                return run;
            }
        }
        throw new IllegalArgumentException("no run " + name);
    }

    static List<Double> losses(String name) {
        List<Double> losses = new ArrayList<>();
        run(name).get("losses").forEach(loss -> losses.add(loss.asDouble()));
        return losses;
    }

    /** The run's settings, its rows in their order. */
    static TrainingPlan.Builder plan(String name) {
        JsonNode run = run(name);
        double decay = run.get("decay").asDouble();
        int steps = run.get("losses").size();
        int batch = GOLDEN.get(run.has("beta") ? "pairBatch" : "batch").asInt();
        return TrainingPlan.of(trainable(run), run.get("lr").asDouble())
                .optimizer(
                        run.get("optimizer").asText().equals("sgd")
                                ? new Optimizer.Sgd(0.9, decay, false)
                                : Optimizer.AdamW.of(decay))
                .schedule(new Schedule(
                        Schedule.Shape.valueOf(run.get("shape").asText().toUpperCase(Locale.ROOT)),
                        run.get("warmUp").asInt(),
                        run.get("floor").asDouble()))
                .clipNorm(run.get("clip").asDouble())
                .batchRows(batch)
                .epochs(steps)
                .maxSteps(steps)
                .order(new Order(false, 1))
                .seed(GOLDEN.get("adapterSeed").asLong());
    }

    private static Trainable trainable(JsonNode run) {
        List<String> targets = new ArrayList<>();
        run.get("targets").forEach(target -> targets.add(target.asText()));
        if (run.get("rank").asInt() > 0) {
            return new Trainable.Lora(
                    run.get("rank").asInt(),
                    run.get("alpha").asDouble(),
                    targets,
                    run.get("rsLora").asBoolean());
        }
        return targets.isEmpty() ? new Trainable.Full() : new Trainable.Biases(targets);
    }
}
