package ai.auditor.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.capture.ActivationTable.Column;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActivationFileTest {
    private static final int ROWS = 3000;
    private static final int WIDTH = 700;

    @TempDir
    Path directory;

    @Test
    void theFileHoldsTheTableInItsOrder() throws IOException {
        Path file = directory.resolve("table.arrow");
        ActivationTable table = table();

        ActivationFile.write(file, table, Map.of("model", "digest"));

        int seen = 0;
        try (RootAllocator allocator = new RootAllocator(Long.MAX_VALUE);
                FileChannel channel = FileChannel.open(file);
                ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(root.getSchema().getCustomMetadata()).isEqualTo(Map.of("model", "digest"));
            assertThat(root.getSchema().getFields().stream().map(Field::getName))
                    .containsExactly(
                            "row",
                            "tokens",
                            "completion_tokens",
                            "nll",
                            "resid_post.7/completion-mean",
                            "grad/resid_post.7/completion-mean");
            assertThat(root.getSchema().getFields().stream()
                            .map(field -> field.getType().toString()))
                    .containsExactly(
                            "Int(64, true)",
                            "Int(32, true)",
                            "Int(32, true)",
                            "FloatingPoint(DOUBLE)",
                            "FixedSizeList(700)",
                            "FixedSizeList(700)");
            while (reader.loadNextBatch()) {
                for (int i = 0; i < root.getRowCount(); i++, seen++) {
                    assertThat(root.getVector("row").getObject(i)).isEqualTo(2L * seen);
                    assertThat(root.getVector("tokens").getObject(i)).isEqualTo(seen + 5);
                    assertThat(root.getVector("completion_tokens").getObject(i)).isEqualTo(seen + 1);
                    assertThat(root.getVector("nll").getObject(i)).isEqualTo(seen == 1 ? null : seen / 8.0);
                    List<?> vector = (List<?>)
                            root.getVector("grad/resid_post.7/completion-mean").getObject(i);
                    assertThat(vector.size()).isEqualTo(WIDTH);
                    assertThat(vector.get(WIDTH - 1)).isEqualTo(-(seen * WIDTH + WIDTH - 1f));
                }
            }
        }
        assertThat(seen).isEqualTo(ROWS);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void anEmptyTableIsAFileWithoutRows() throws IOException {
        Path file = directory.resolve("empty.arrow");
        ActivationFile.write(
                file, new ActivationTable(new long[0], new int[0], new int[0], new double[0], Map.of()), Map.of());
        try (RootAllocator allocator = new RootAllocator(Long.MAX_VALUE);
                FileChannel channel = FileChannel.open(file);
                ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() {
        Path file = directory.resolve("missing").resolve("table.arrow");
        assertThatThrownBy(() -> ActivationFile.write(file, table(), Map.of()))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failed -> assertThat(failed.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContaining("table.arrow");
    }

    private static ActivationTable table() {
        long[] record = new long[ROWS];
        int[] tokens = new int[ROWS];
        int[] completionTokens = new int[ROWS];
        double[] nll = new double[ROWS];
        float[] values = new float[ROWS * WIDTH];
        float[] negative = new float[ROWS * WIDTH];
        for (int row = 0; row < ROWS; row++) {
            record[row] = 2L * row;
            tokens[row] = row + 5;
            completionTokens[row] = row + 1;
            nll[row] = row == 1 ? Double.NaN : row / 8.0;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
            negative[i] = -(float) i;
        }
        return new ActivationTable(
                record,
                tokens,
                completionTokens,
                nll,
                Map.of(
                        new Column(true, Point.residPost(7), Pooling.COMPLETION_MEAN),
                                new Matrix(ROWS, WIDTH, negative),
                        new Column(false, Point.residPost(7), Pooling.COMPLETION_MEAN),
                                new Matrix(ROWS, WIDTH, values)));
    }
}
