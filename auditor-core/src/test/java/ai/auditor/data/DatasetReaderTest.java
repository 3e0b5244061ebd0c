package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatasetReaderTest {
    private static final byte[] TWO = WrittenFiles.bytes("{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
    private static final List<Row> TWO_ROWS = List.of(Row.text(0, "a"), Row.text(1, "b"));

    @TempDir
    private Path directory;

    private WrittenFiles files;

    @BeforeEach
    void setUp() {
        files = new WrittenFiles(directory);
    }

    private List<Row> rows(String name, byte[] content) {
        Dataset dataset = files.read(name, content, ReadOptions.DEFAULT);
        assertThat(dataset.badRows()).isEmpty();
        return dataset.rows().stream().map(row -> row.withLine(0)).toList();
    }

    private void fails(String name, byte[] content, ReadOptions options, AuditException.Code code, String... said) {
        assertThatThrownBy(() -> files.read(name, content, options))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining(name)
                .hasMessageContainingAll(said);
    }

    private static String manyRows(int count) {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("{\"text\":\"").append(random.nextLong()).append("\"}\n");
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl", "a.JSON", "a.ndjson", "a.jsonl.gz", "a.json.zst", "a.b.Jsonl.GZ"})
    void firstBytesDecideTheCompressionAndNotTheName(String name) {
        assertThat(rows(name, TWO)).isEqualTo(TWO_ROWS);
        assertThat(rows(name, WrittenFiles.gzip(TWO))).isEqualTo(TWO_ROWS);
        assertThat(rows(name, WrittenFiles.zstd(TWO))).isEqualTo(TWO_ROWS);
    }

    @Test
    void aBadRowOfAFileThatIsOnlyNamedAsCompressedSaysSo() {
        byte[] page = WrittenFiles.bytes("<html>Not found</html>\n");
        for (String name : List.of("a.jsonl.gz", "a.json.ZST")) {
            assertThat(files.read(name, page, ReadOptions.DEFAULT).badRows())
                    .singleElement()
                    .satisfies(bad -> assertThat(bad.reason()).contains("not JSON", "not compressed"));
        }
        for (byte[] content : List.of(page, WrittenFiles.gzip(page))) {
            assertThat(files.read(content == page ? "a.jsonl" : "a.jsonl.gz", content, ReadOptions.DEFAULT)
                            .badRows())
                    .singleElement()
                    .satisfies(bad -> assertThat(bad.reason()).doesNotContain("compressed"));
        }
    }

    @Test
    void severalGzipMembersAndZstdFramesAreOneFile() {
        byte[] one = WrittenFiles.bytes("{\"text\":\"a\"}\n{\"te");
        byte[] other = WrittenFiles.bytes("xt\":\"b\"}");
        byte[] skippable = {0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9};

        assertThat(rows(
                        "a.jsonl",
                        WrittenFiles.joined(WrittenFiles.gzip(one), WrittenFiles.gzip(other), new byte[512])))
                .isEqualTo(TWO_ROWS);
        assertThat(rows("a.jsonl", WrittenFiles.joined(skippable, WrittenFiles.zstd(one), WrittenFiles.zstd(other))))
                .isEqualTo(TWO_ROWS);
    }

    @Test
    void gzipHeaderMayCarryNameCommentExtraAndCheckSum() {
        byte[] plain = WrittenFiles.gzip(TWO);
        byte[] header = {0x1f, (byte) 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 'n', 0, 'c', 0, 1, 1};

        assertThat(rows("a.jsonl", WrittenFiles.joined(header, Arrays.copyOfRange(plain, 10, plain.length))))
                .isEqualTo(TWO_ROWS);
    }

    @Test
    void byteOrderMarkIsSkippedOnceAndOnlyAtTheStart() {
        byte[] mark = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

        assertThat(rows("a.jsonl", WrittenFiles.joined(mark, TWO))).isEqualTo(TWO_ROWS);
        assertThat(rows("a.jsonl", WrittenFiles.gzip(WrittenFiles.joined(mark, TWO))))
                .isEqualTo(TWO_ROWS);
        assertThat(rows("a.csv", WrittenFiles.joined(mark, WrittenFiles.bytes("\"text\"\na\nb"))))
                .isEqualTo(TWO_ROWS);
        assertThat(files.read("a.jsonl", WrittenFiles.joined(mark, mark, TWO), ReadOptions.DEFAULT)
                        .badRows())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.jsonl", "a.csv"})
    void emptyFilesHaveNoRows(String name) {
        for (byte[] empty : List.of(
                new byte[0],
                WrittenFiles.gzip(new byte[0]),
                WrittenFiles.zstd(new byte[0]),
                WrittenFiles.bytes("\n\r\n  \n"))) {
            assertThat(files.read(name, empty, ReadOptions.DEFAULT).records()).isZero();
        }
    }

    @Test
    void everyCutAndEveryFlippedByteOfACompressedFileIsNoticed() {
        byte[] content = WrittenFiles.bytes(manyRows(20));
        byte[] gzip = WrittenFiles.gzip(content);
        byte[] members = WrittenFiles.joined(gzip, gzip);
        byte[] zstd = WrittenFiles.zstd(content);
        for (int cut = 18; cut < members.length; cut += 7) {
            if (cut != gzip.length) {
                fails(
                        "a.jsonl",
                        Arrays.copyOf(members, cut),
                        ReadOptions.DEFAULT,
                        AuditException.Code.DATA,
                        "as gzip",
                        "byte");
            }
        }
        for (int at = 10; at < members.length; at++) {
            byte[] damaged = members.clone();
            damaged[at] ^= 0x20;
            boolean unusedHeader = at >= gzip.length + 4 && at < gzip.length + 10;
            if (!unusedHeader) {
                fails("a.jsonl", damaged, ReadOptions.DEFAULT, AuditException.Code.DATA, "as gzip");
            }
        }
        for (int cut = 5; cut < zstd.length; cut += 5) {
            fails(
                    "a.jsonl",
                    Arrays.copyOf(zstd, cut),
                    ReadOptions.DEFAULT,
                    AuditException.Code.DATA,
                    "as zstd",
                    "byte");
        }
    }

    @Test
    void bytesAfterACompressedStreamAreNoticed() {
        byte[] rubbish = WrittenFiles.bytes("more that is not compressed");

        fails(
                "a.jsonl",
                WrittenFiles.joined(WrittenFiles.gzip(TWO), rubbish),
                ReadOptions.DEFAULT,
                AuditException.Code.DATA,
                "as gzip");
        fails(
                "a.jsonl",
                WrittenFiles.joined(WrittenFiles.zstd(TWO), rubbish),
                ReadOptions.DEFAULT,
                AuditException.Code.DATA,
                "as zstd");
    }

    @Test
    void compressedFilesThatExpandTooFarAreRefused() {
        byte[] content = WrittenFiles.bytes("\n".repeat(40 << 20));
        for (byte[] bomb : List.of(WrittenFiles.gzip(content), WrittenFiles.zstd(content))) {
            fails(
                    "a.jsonl",
                    bomb,
                    ReadOptions.DEFAULT.withExpansionLimits(30 << 20, 1_000_000),
                    AuditException.Code.DATA,
                    "expands to more than the limit of 31457280 bytes");
            fails(
                    "a.jsonl",
                    bomb,
                    ReadOptions.DEFAULT.withExpansionLimits(1L << 40, 100),
                    AuditException.Code.DATA,
                    "more than 100 times");
        }
        assertThat(files.read("a.jsonl", content, ReadOptions.DEFAULT.withExpansionLimits(1, 1))
                        .records())
                .isZero();
    }

    @Test
    void filesThatCannotBeAreUsageErrors() {
        assertThatThrownBy(() -> DatasetReader.open(directory.resolve("none\u001b.jsonl"), ReadOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("none\\u{1B}.jsonl: no such file");
        assertThat(directory.resolve("folder.csv").toFile().mkdir()).isTrue();
        assertThatThrownBy(() -> DatasetReader.open(directory.resolve("folder.csv"), ReadOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("folder.csv: is a folder without data");
        fails(
                "a.tsv",
                TWO,
                ReadOptions.DEFAULT,
                AuditException.Code.USAGE,
                ".jsonl .ndjson .json .csv",
                ".gz or .zst, and .parquet .arrow .feather .ipc");
        fails("a.parquet.gz", TWO, ReadOptions.DEFAULT, AuditException.Code.USAGE, "unknown kind of file");
        fails("a.gz", TWO, ReadOptions.DEFAULT, AuditException.Code.USAGE, "known endings");
    }

    @Test
    void csvKeepsQuotedLineBreaksAndCountsLines() {
        Dataset dataset = files.read(
                "a.csv",
                "prompt,completion,note\r\n\"one\r\ntwo\",\"say \"\"hi\"\"\n\",\r\n\r\n\"p\",x,y,z\r\n\"a\"b,c,d\np,\"a,\rb\",3\nq,it's 5\" long,\n");

        assertThat(dataset.rows())
                .containsExactly(
                        Row.chat(0, List.of(Message.user("one\r\ntwo")), "say \"hi\"\n")
                                .withLine(2),
                        Row.chat(3, List.of(Message.user("p")), "a,\rb").withLine(8),
                        Row.chat(4, List.of(Message.user("q")), "it's 5\" long").withLine(10));
        String name = directory.resolve("a.csv").toString();
        assertThat(dataset.badRows())
                .containsExactly(
                        new BadRow(name, 6, 1, "4 cells where the header has 3"),
                        new BadRow(name, 7, 2, "broken CSV: text after a closing quote, or too many cells"));
        Dataset after = files.read("a.csv", "text\n\"x\r\ny\rz\n\"\n\n\"\"\n", ReadOptions.DEFAULT);
        assertThat(after.badRows())
                .containsExactly(new BadRow(name, 7, 1, "no known fields of a row; its fields: none"));
    }

    @Test
    void csvRowsOfBadBytesOrTooManyAreBad() {
        byte[] content = WrittenFiles.joined(
                WrittenFiles.bytes("text\n\"a\n"),
                new byte[] {(byte) 0xff},
                WrittenFiles.bytes("\"\n\"" + "x\n".repeat(60) + "\"\nnul\0\n"));

        Dataset dataset = files.read("a.csv", content, ReadOptions.DEFAULT.withMaxRowBytes(100));

        assertThat(dataset.rows()).containsExactly(Row.text(2, "nul\0").withLine(65));
        assertThat(dataset.badRows().stream().map(BadRow::line)).containsExactly(2L, 4L);
        assertThat(dataset.badRows().stream().map(BadRow::reason))
                .containsExactly("malformed UTF-8", "longer than the limit of 100 bytes");
    }

    @Test
    void aRecordWithoutAnEndIsNotReadForever(@TempDir Path folder) throws IOException {
        Path endless = Files.createSymbolicLink(folder.resolve("zero.jsonl"), Path.of("/dev/zero"));
        assertThatThrownBy(() -> DatasetReader.read(endless))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageContaining("zero.jsonl, line 1")
                .hasMessageContaining("does not end");
    }

    @Test
    void quoteThatIsNeverClosedIsDamageToTheFile() {
        fails(
                "a.csv",
                WrittenFiles.bytes("text\na\n\"b\nc\n"),
                ReadOptions.DEFAULT,
                AuditException.Code.DATA,
                "line 3",
                "never closed");
    }

    @Test
    void csvHeaderThatNamesAColumnTwiceIsRefused() {
        fails(
                "a.csv",
                WrittenFiles.bytes("\ntext,b,text\na,b,c\n"),
                ReadOptions.DEFAULT,
                AuditException.Code.DATA,
                "line 2",
                "\"text\" is there twice");
    }

    @Test
    void csvCellsOfListsHoldJson() {
        ReadOptions options = ReadOptions.DEFAULT.withNumbersPrompt("hi");
        List<Message> hi = List.of(Message.user("hi"));

        assertThat(files.read("a.csv", "numbers\n\"[1, 2]\"\n", options).rows())
                .containsExactly(Row.chat(0, hi, "1, 2").withLine(2));
        assertThat(files.read(
                        "a.csv",
                        "messages\n\"[{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"hi\"\"},{\"\"role\"\":\"\"assistant\"\",\"\"content\"\":\"\"a\"\"}]\"\n[{'role': 1}]\n",
                        options))
                .satisfies(dataset -> assertThat(dataset.rows())
                        .containsExactly(Row.chat(0, hi, "a").withLine(2)))
                .satisfies(
                        dataset -> assertThat(dataset.badRows().get(0).reason()).contains("not JSON"));
        assertThat(files.read("a.csv", "prompt,chosen,rejected\nhi,\"[1, 2]\",[3\n", options)
                        .rows())
                .extracting(Row::completion)
                .containsExactly("[1, 2]");
    }

    @Test
    void contentDigestDoesNotDependOnOrderOrFormatButOnEveryRow() {
        String[] lines = manyRows(50).split("\n");
        String expected = files.read("a.jsonl", String.join("\n", lines)).contentDigest();
        for (long seed = 0; seed < 20; seed++) {
            List<String> shuffled = new ArrayList<>(List.of(lines));
            Collections.shuffle(shuffled, new Random(seed));
            Dataset dataset = files.read("a.jsonl", "\n" + String.join("\r\n", shuffled));
            assertThat(dataset.contentDigest()).as("seed %d", seed).isEqualTo(expected);
            assertThat(files.read("a.jsonl", String.join("\n", shuffled.subList(1, 50)))
                            .contentDigest())
                    .as("seed %d", seed)
                    .isNotEqualTo(expected);
        }
    }

    @Test
    void fileDigestIsOfTheBytesOnDisk() {
        // printf '{"text":"a"}\n{"text":"b"}\n' | sha256sum
        assertThat(files.read("a.jsonl", TWO, ReadOptions.DEFAULT).fileDigest())
                .isEqualTo("22531915296e663c96ec5a359918921a1f0272bd4a82d796ecf258ace8ed9836");
        byte[] gzip = WrittenFiles.gzip(TWO);
        assertThat(files.read("a.jsonl", gzip, ReadOptions.DEFAULT).fileDigest())
                .isEqualTo(new Sha256().bytes(gzip, 0, gzip.length).hex());
    }

    @Test
    void progressEndsWithTheWholeFile() {
        byte[] content = WrittenFiles.bytes(manyRows(5_000));
        List<Long> done = new ArrayList<>();
        Progress progress = (stage, bytes, total, unit) -> {
            assertThat(stage).isEqualTo("reading a.jsonl");
            assertThat(total).isEqualTo(content.length);
            done.add(bytes);
        };

        DatasetReader.read(files.write("a.jsonl", content), ReadOptions.DEFAULT, progress);

        assertThat(done).hasSizeGreaterThan(5).isSorted().endsWith((long) content.length);
    }

    @Test
    void interruptedThreadStopsReading() {
        Path file = files.write("a.jsonl", WrittenFiles.bytes(manyRows(100_000)));
        List<Row> seen = new ArrayList<>();
        try (RowStream stream = DatasetReader.open(file, ReadOptions.DEFAULT)) {
            assertThatThrownBy(() -> {
                        while (stream.hasNext()) {
                            seen.add((Row) stream.next());
                            if (seen.size() == 10) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    })
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.INTERRUPTED));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(seen).hasSizeBetween(10, 50_000);
    }

    @Test
    void rowsOfOnePromptKeepTheirOrder() {
        String content = IntStream.range(0, 30)
                .mapToObj(i -> "{\"prompt\":\"p" + i % 3 + "\",\"completion\":\"c" + i + "\"}\n")
                .reduce("", String::concat);

        assertThat(rows("a.jsonl", WrittenFiles.bytes(content)))
                .extracting(Row::completion)
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).mapToObj(i -> "c" + i).toList());
    }
}
