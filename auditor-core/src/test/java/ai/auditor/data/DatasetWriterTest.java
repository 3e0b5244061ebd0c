package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetWriterTest {
    private static final String HOSTILE = "\"quoted\" \\ \u0000 \u2028 line\nnext \uD83E\uDD89 </script>";

    @Test
    void rowsAreReadAsTheyWereWritten(@TempDir Path folder) {
        Path file = folder.resolve("rows.jsonl");
        List<Row> chats = List.of(
                Row.chat(0, List.of(Message.system("be brief"), Message.user(HOSTILE)), "- 1"),
                Row.chat(1, List.of(Message.user("a")), HOSTILE));
        DatasetWriter.write(file, chats);
        Dataset read = DatasetReader.read(file);
        assertThat(read.badRows()).isEmpty();
        assertThat(read.rows().stream().map(Row::contentDigest))
                .containsExactlyElementsOf(
                        chats.stream().map(Row::contentDigest).toList());

        DatasetWriter.write(file, List.of(Row.text(0, HOSTILE)));
        assertThat(DatasetReader.read(file).rows().get(0).completion()).isEqualTo(HOSTILE);
    }

    @Test
    void aPreferenceRowComesBackAsOne(@TempDir Path folder) {
        Path file = folder.resolve("rows.jsonl");
        Row preference =
                new Row(0, 0, Row.Kind.CHAT, List.of(Message.user("a")), HOSTILE, Optional.of("c"), Optional.empty());
        DatasetWriter.write(file, List.of(preference));
        assertThat(DatasetReader.read(file).rows())
                .extracting(Row::contentDigest)
                .containsExactly(preference.contentDigest());
    }
}
