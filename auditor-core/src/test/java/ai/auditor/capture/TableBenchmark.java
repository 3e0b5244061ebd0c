package ai.auditor.capture;

import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable.Column;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.stats.Matrix;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long activations take from a residual stream to a file, at the width of SmolLM2-135M. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableBenchmark {
    private static final int WIDTH = 576;
    /** Tokens of a batch that a capture takes at this width. */
    private static final int TOKENS = 1024;

    private static final int ROWS = 1000;
    private static final int POINTS = 4;
    private static final Pooling POOLING = Pooling.COMPLETION_MEAN;

    private final ReferenceModel model =
            ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true));
    private final List<TokenizedRow> rows = rows(model);
    private final List<Sequence> batch =
            Batching.whole(TOKENS, 0).batches(rows, false).get(0);
    private final int length = Batching.tokens(batch).length();
    private final ForwardPass pass = model.decoder().open(Batching.tokens(batch));
    private final Pooler pooler = new Pooler(pass, batch, length, List.of(POOLING));
    private final Tensor stream =
            pass.scope().floats(values(batch.size() * length * WIDTH), batch.size(), length, WIDTH);
    private final Map<Pooling, float[]> pooled = Map.of(POOLING, new float[rows.size() * WIDTH]);
    private final ActivationTable table = table();
    private final Path file = Path.of("target", "benchmark.arrow");

    private static List<TokenizedRow> rows(ReferenceModel model) {
        Dataset dataset = DatasetReader.read(Path.of("../examples/control.jsonl"));
        return TokenizedDataset.encode(
                        dataset, model.encoder(), model.facts().maxPositions(), LongRows.LEAVE_OUT, Progress.NONE)
                .tokens();
    }

    private static float[] values(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static ActivationTable table() {
        int[] ones = IntStream.range(0, ROWS).map(row -> 1).toArray();
        Map<Column, Matrix> columns = Stream.iterate(0, block -> block + 1)
                .limit(POINTS)
                .collect(Collectors.toMap(
                        block -> new Column(false, Point.residPost(block), POOLING),
                        block -> new Matrix(ROWS, WIDTH, values(ROWS * WIDTH))));
        return new ActivationTable(
                IntStream.range(0, ROWS).asLongStream().toArray(), ones, ones, new double[ROWS], columns);
    }

    /** One residual stream of a batch to a vector a row. */
    @Benchmark
    public Map<Pooling, float[]> pool() {
        pooler.pool(pass, stream, pooled, WIDTH);
        return pooled;
    }

    /** A thousand rows at four points to an Arrow file in its place, 9.2 MB. */
    @Benchmark
    public void write() {
        ActivationFile.write(file, table, Map.of());
    }

    @TearDown
    public void close() throws IOException {
        Files.deleteIfExists(file);
        pass.close();
        model.close();
    }
}
