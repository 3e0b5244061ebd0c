package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that nobody should open end with a reason, and take no memory for what they say of themselves. */
final class HostileColumnFilesTest {
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int MUTATIONS = 150;

    @TempDir
    private Path directory;

    private WrittenFiles files;

    @BeforeEach
    void setUp() {
        files = new WrittenFiles(directory);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    dictionary-bomb.parquet | expands to more than 1000 times its bytes on disk
                    dictionary-bomb.arrow   | expands to more than 1000 times its bytes on disk
                    page-bomb.parquet       | expands to more than 1000 times its bytes on disk
                    buffer-bomb.arrow       | expands to more than 1000 times its bytes on disk
                    deep.parquet            | its columns are nested deeper than 64 levels
                    deep.arrow              | its columns are nested deeper than 64 levels
                    union.arrow             | the column "text" has the type sparse union, which is not read
                    brotli.parquet          | the column "prompt" is compressed by BROTLI, which is not read; write it with zstd, snappy, gzip or LZ4_RAW
                    """)
    void bombsAndWhatIsNotReadAreNamed(String name, String reason) {
        refuses(ColumnFilesTest.FILES.resolve(name), reason);
    }

    @Test
    void whatIsNoParquetSaysSo() {
        refuses(
                write("a.parquet", "{\"text\":\"a\"}\n".getBytes(StandardCharsets.US_ASCII)),
                "does not begin with PAR1");
        refuses(write("a.parquet", new byte[0]), "does not begin with PAR1");
        refuses(write("a.parquet", MAGIC), "is cut off");
        refuses(write("a.parquet", "PARExxxxxxxxPARE".getBytes(StandardCharsets.US_ASCII)), "is encrypted");
        refuses(write("a.parquet", "PAR1xxxxxxxxPARE".getBytes(StandardCharsets.US_ASCII)), "is encrypted");
    }

    @Test
    void aFooterIsBelievedAsFarAsItGoes() {
        refuses(write("a.parquet", footer(Integer.MAX_VALUE, new byte[0])), "its footer cannot have 2147483647 bytes");
        refuses(write("a.parquet", footer(-1, new byte[0])), "its footer cannot have -1 bytes");
        // Version 1, then a schema of two hundred million elements.
        byte[] many = {0x15, 0x02, 0x19, (byte) 0xfc, (byte) 0x80, (byte) 0x84, (byte) 0xaf, 0x5f};
        refuses(
                write("a.parquet", footer(many.length, many)),
                "200000000 values or bytes should follow where only 0 bytes are left");
        byte[] nested = new byte[100_000];
        Arrays.fill(nested, (byte) 0x1c);
        refuses(write("a.parquet", footer(nested.length, nested)), "nested deeper than 32 levels");
        byte[] empty = {0x15, 0x02, 0x00};
        refuses(write("a.parquet", footer(empty.length, empty)), "has no schema");
        // A name of 200,000,000 bytes.
        byte[] name = {0x19, 0x1c, 0x48, (byte) 0x80, (byte) 0x84, (byte) 0xaf, 0x5f};
        refuses(write("a.parquet", footer(name.length, name)), "should follow");
    }

    @Test
    void whatIsNoArrowSaysSo() {
        refuses(write("a.arrow", "FEA1____FEA1".getBytes(StandardCharsets.US_ASCII)), "Feather of version 1");
        refuses(write("a.arrow", new byte[0]), "does not begin with a schema");
        refuses(write("a.arrow", "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII)), "is cut off");
        refuses(write("a.arrow", "{\"text\":\"a\"}\n".getBytes(StandardCharsets.US_ASCII)), "no Arrow message starts");
        byte[] huge = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(Integer.MAX_VALUE)
                .array();
        refuses(write("a.arrow", huge), "it would have a head of 2147483647 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none-v1.messages.parquet",
                "rows.columns.parquet",
                "snappy-v2.messages.parquet",
                "rows.messages.arrow",
                "datasets.messages.arrow",
                "zstd.messages.arrow"
            })
    void whatIsCutOffSaysSo(String name) throws IOException {
        byte[] content = Files.readAllBytes(ColumnFilesTest.FILES.resolve(name));
        String ending = name.substring(name.lastIndexOf('.'));
        for (int length = content.length - 9; length > 0; length -= 1 + content.length / 40) {
            Path file = write("cut" + ending, Arrays.copyOf(content, length));
            assertThatThrownBy(() -> DatasetReader.read(file))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.DATA));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none-v1.messages.parquet",
                "none-v2.messages.parquet",
                "no-dictionary.columns.parquet",
                "snappy-v2.messages.parquet",
                "lz4-v1.messages.parquet",
                "delta_byte_array.columns.parquet",
                "delta_length_byte_array.columns.parquet",
                "delta.numbers.parquet",
                "rows.lists.parquet",
                "rows.messages.arrow",
                "large-stream.messages.arrow",
                "dictionary.columns.arrow",
                "delta-stream.columns.arrow",
                "views.columns.arrow",
                "view-lists.numbers.arrow",
                "lz4.messages.arrow"
            })
    void changedBytesAreBadDataAndNothingWorse(String name) throws IOException {
        byte[] content = Files.readAllBytes(ColumnFilesTest.FILES.resolve(name));
        String ending = name.substring(name.lastIndexOf('.'));
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Path file = write("changed" + ending, changed(content, new Random(seed)));
            try {
                Dataset dataset = DatasetReader.read(file);
                assertThat(dataset.records()).as("seed %d", seed).isLessThan(2_000_000);
            } catch (AuditException refused) {
                assertThat(refused.code())
                        .as("seed %d: %s", seed, refused.getMessage())
                        .isIn(AuditException.Code.DATA, AuditException.Code.USAGE);
            }
        }
    }

    static byte[] changed(byte[] content, Random random) {
        byte[] changed = content.clone();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            // Half of the changes near the end, where footers are.
            int from = random.nextBoolean() ? 0 : Math.max(0, content.length - 800);
            int at = from + random.nextInt(content.length - from);
            changed[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (random.nextBoolean() ? 0xff : 0x7f);
        }
        return changed;
    }

    private static byte[] footer(int length, byte[] content) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(MAGIC);
        file.writeBytes(content);
        file.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .array());
        file.writeBytes(MAGIC);
        return file.toByteArray();
    }

    private Path write(String name, byte[] content) {
        return files.write(name, content);
    }

    private static void refuses(Path file, String reason) {
        assertThatThrownBy(() -> DatasetReader.read(file))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(reason);
    }
}
