package ai.auditor.model;

import ai.auditor.model.internal.SafetensorsSource;
import ai.auditor.text.TokenizedRow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What transformers computed for a model; made by tiny_llama.py. */
public final class Golden {
    private static final Path GOLDENS = Path.of("src/test/resources/model");

    private static final Path FAMILIES = Path.of("src/test/resources/families");

    private final Path directory;
    private final List<TokenizedRow> rows = new ArrayList<>();
    private final List<Double> nll = new ArrayList<>();

    private Golden(Path directory) {
        this.directory = directory;
        try {
            for (JsonNode row : new ObjectMapper()
                    .readTree(directory.resolve("golden.json").toFile())
                    .get("rows")) {
                int[] ids = new int[row.get("ids").size()];
                for (int i = 0; i < ids.length; i++) {
                    ids[i] = row.get("ids").get(i).asInt();
                }
                rows.add(new TokenizedRow(
                        rows.size(),
                        ids,
                        row.get("start").asInt(),
                        row.get("end").asInt(),
                        row.get("firstPredicted").asInt(),
                        0));
                nll.add(row.get("nll").asDouble());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Golden of(String model) {
        return at(GOLDENS.resolve(model));
    }

    /** A tiny model of a family, made by tiny_families.py; {@link #home} has it. */
    public static Golden ofFamily(String name) {
        return at(FAMILIES.resolve(name));
    }

    /** Where the goldens lie. */
    public Path home() {
        return directory;
    }

    /** What a point holds, {@code [tokens, d_model]}. */
    public float[] point(int row, Point point) {
        return read("row." + row + "." + stored(point));
    }

    /** The gradient of the row's mean NLL at a point, {@code [tokens, d_model]}. */
    public float[] gradient(int row, Point point) {
        return read("row." + row + ".grad." + stored(point));
    }

    /** What enters a block stands once, as what leaves the one before. */
    private static Point stored(Point point) {
        return point.kind() == Point.Kind.RESID_PRE && point.block() > 0 ? Point.residPost(point.block() - 1) : point;
    }

    /** Greedy answers, plain and under interventions. */
    public JsonNode answers() {
        try {
            return new ObjectMapper()
                    .readTree(directory.resolve("golden.json").toFile())
                    .get("answers");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Goldens that lie apart from their model. */
    public static Golden at(Path directory) {
        return new Golden(directory);
    }

    /** Where the model lies: beside its goldens, or among the examples. */
    public static Path directory(String model) {
        Path beside = GOLDENS.resolve(model);
        return Files.exists(beside.resolve("config.json")) ? beside : Path.of("../examples", model);
    }

    public List<TokenizedRow> rows() {
        return rows;
    }

    public double nll(int row) {
        return nll.get(row);
    }

    /** {@code [tokens, vocabulary]}. */
    public float[] logits(int row) {
        return read("row." + row + ".logits");
    }

    /** {@code [tokens, d_model]}. */
    public float[] residual(int row, int block) {
        return read("row." + row + ".resid_post." + block);
    }

    /** {@code [tokens, d_model]}. */
    public float[] gradient(int row, int block) {
        return read("row." + row + ".grad." + block);
    }

    private float[] read(String name) {
        try (WeightSource source = SafetensorsSource.open(directory.resolve("golden.safetensors"))) {
            long[] shape = source.shape(name);
            FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(shape[0] * shape[1]));
            source.read(name, values);
            return values.array();
        }
    }
}
