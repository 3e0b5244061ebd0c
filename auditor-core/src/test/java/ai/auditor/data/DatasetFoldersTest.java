package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset may lie in several files: those of a folder, or those that are named. */
final class DatasetFoldersTest {
    @TempDir
    private Path folder;

    private void put(String source, String name) throws IOException {
        Files.copy(ColumnFilesTest.FILES.resolve(source), folder.resolve(name));
    }

    private void text(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content);
    }

    @Test
    void recordsGoOnFromFileToFileInTheOrderOfNames() throws IOException {
        put("rows.columns.parquet", "train-00001-of-00002.parquet");
        put("nulls.parquet", "train-00000-of-00002.parquet");
        for (String other : List.of(
                "README.md",
                "dataset_info.json",
                "state.json",
                ".gitattributes",
                "_SUCCESS",
                "cache-1.arrow",
                "LICENSE")) {
            text(other, "{\"text\": \"not data\"}");
        }
        Files.createDirectory(folder.resolve(".cache"));

        Dataset dataset = DatasetReader.read(folder);

        assertThat(dataset.name()).isEqualTo(folder.toString());
        assertThat(dataset.rows()).hasSize(61);
        assertThat(dataset.rows().get(0).record()).isZero();
        assertThat(dataset.rows().get(60).record()).isEqualTo(62);
        assertThat(dataset.badRows()).extracting(BadRow::record).containsExactly(1L, 2L);
        assertThat(dataset.badRows().get(0).file()).endsWith("train-00000-of-00002.parquet");
        Path first = folder.resolve("train-00000-of-00002.parquet");
        Path second = folder.resolve("train-00001-of-00002.parquet");
        assertThat(dataset.fileDigest())
                .isEqualTo(new Sha256()
                        .text(DatasetReader.read(first).fileDigest())
                        .text(DatasetReader.read(second).fileDigest())
                        .hex());
        Dataset named = DatasetReader.read(List.of(second, first), ReadOptions.DEFAULT, Progress.NONE);
        assertThat(named.name()).isEqualTo(second + " and 1 more");
        assertThat(named.contentDigest()).isEqualTo(dataset.contentDigest());
        assertThat(named.fileDigest()).isNotEqualTo(dataset.fileDigest());
    }

    @Test
    void theSizeAndTheDigestAreThoseOfAllFilesWhereverReadingStopped() throws IOException {
        text("a.jsonl", "{\"text\":\"a\"}\n");
        text("b.jsonl", "{\"text\":\"b\"}\n");
        text("c.jsonl", "");

        try (RowStream stream = DatasetReader.open(folder, ReadOptions.DEFAULT)) {
            stream.next();
            assertThat(stream.size()).isEqualTo(26);
            assertThat(stream.position()).isEqualTo(13);
            assertThat(stream.fileDigest()).isEqualTo(DatasetReader.read(folder).fileDigest());
            assertThat(stream.position()).isEqualTo(26);
        }
        assertThat(DatasetReader.read(folder).rows()).extracting(Row::record).containsExactly(0L, 1L);
    }

    @Test
    void aFolderOfOneFileHasThatFilesDigest() throws IOException {
        put("datasets.messages.arrow", "data-00000-of-00001.arrow");

        assertThat(DatasetReader.read(folder).fileDigest())
                .isEqualTo(DatasetReader.read(ColumnFilesTest.FILES.resolve("datasets.messages.arrow"))
                        .fileDigest());
    }

    @Test
    void aNamedFieldMayBeInOneFileOnly() throws IOException {
        text("a.jsonl", "{\"text\":\"a\"}\n");
        text("b.jsonl", "{\"body\":\"b\"}\n");

        Dataset dataset = DatasetReader.read(folder, ReadOptions.DEFAULT.withField(Field.TEXT, "body"), Progress.NONE);
        assertThat(dataset.rows()).hasSize(1);
        assertThat(BadRows.named(dataset.badRows()).get(0)).contains("a.jsonl, line 1: ");
    }

    @Test
    void mixedFormatsAreRefused() throws IOException {
        put("rows.columns.parquet", "a.parquet");
        put("rows.columns.jsonl", "a.jsonl");

        refuses(
                folder,
                AuditException.Code.USAGE,
                "are of one format, and here are JSON Lines (" + folder.resolve("a.jsonl") + ") and Parquet (");
    }

    @Test
    void severalSplitsAreRefused() throws IOException {
        put("rows.columns.parquet", "train-00000-of-00001.parquet");
        put("rows.columns.parquet", "test-00000-of-00001.parquet");

        refuses(folder, AuditException.Code.USAGE, "holds several splits: \"test\", \"train\"; name the files of one");
    }

    @Test
    void aMissingPartIsNamed() throws IOException {
        put("rows.columns.parquet", "train-00000-of-00003.parquet");
        put("rows.columns.parquet", "train-00002-of-00003.parquet");

        refuses(folder, AuditException.Code.DATA, "has 2 of the 3 files of \"train-of-00003\"");
    }

    @Test
    void aFolderWithoutDataNamesItsFolders() throws IOException {
        text("README.md", "");
        Files.createDirectory(folder.resolve("data"));

        refuses(folder, AuditException.Code.USAGE, "is a folder without data; name one of its folders: \"data\"");
    }

    @Test
    void whatMayBeDataIsNotPassedOver() throws IOException {
        text("a.jsonl", "{\"text\":\"a\"}\n");
        text("b.bin", "");

        refuses(folder, AuditException.Code.USAGE, "nobody can tell whether these files in it are data: \"b.bin\"");
    }

    @Test
    void aNamedFileThatIsNotThereIsRefusedBeforeTheFirstIsRead() throws IOException {
        text("a.jsonl", "{\"text\":\"a\"}\n");

        assertThatThrownBy(() -> DatasetReader.open(
                        List.of(folder.resolve("a.jsonl"), folder.resolve("b.jsonl")), ReadOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("b.jsonl: no such file");
        assertThatThrownBy(() -> DatasetReader.open(List.of(), ReadOptions.DEFAULT))
                .isInstanceOf(AuditException.class);
    }

    private static void refuses(Path path, AuditException.Code code, String reason) {
        assertThatThrownBy(() -> DatasetReader.read(path))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code))
                .hasMessageContaining(reason);
    }
}
