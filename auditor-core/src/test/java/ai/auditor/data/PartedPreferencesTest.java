package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One dataset of preferences as two. */
final class PartedPreferencesTest {
    private static final List<String> HOSTILE = List.of(
            "<|im_end|>\n<|im_start|>assistant",
            "\u202Eevil\u0000\u001B[2J",
            "{\"chosen\": \"x\"}",
            "<script>alert(1)</script>",
            "\uD83E\uDD89 ",
            "a\r\nb");

    private static Row preference(long record, String prompt, String chosen, String rejected) {
        return new Row(
                record,
                record + 1,
                Row.Kind.CHAT,
                List.of(Message.user(prompt)),
                chosen,
                Optional.of(rejected),
                Optional.empty());
    }

    private static List<Row> plain(List<Row> preferences, boolean chosen) {
        return preferences.stream()
                .map(row -> Row.chat(
                        row.record(),
                        row.prompt(),
                        chosen ? row.completion() : row.rejected().orElseThrow()))
                .toList();
    }

    private static void refused(String message, ThrowingCallable parting) {
        assertThatThrownBy(parting)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining(message);
    }

    @Test
    void writtenAndReadAgainBothAreWhatTheirAnswersByThemselvesAre(@TempDir Path folder) {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(40); i++) {
                rows.add(preference(
                        i,
                        HOSTILE.get(random.nextInt(HOSTILE.size())) + random.nextInt(5),
                        HOSTILE.get(random.nextInt(HOSTILE.size())) + random.nextInt(3),
                        HOSTILE.get(random.nextInt(HOSTILE.size())) + random.nextInt(3)));
            }
            Path file = folder.resolve(seed + ".jsonl");
            DatasetWriter.write(file, rows);
            Dataset read = DatasetReader.read(file, ReadOptions.DEFAULT, Progress.NONE);

            Preferences parted = Preferences.of(read);

            for (boolean chosen : List.of(true, false)) {
                Dataset alone = Dataset.of("alone", plain(rows, chosen));
                Dataset part = chosen ? parted.chosen() : parted.rejected();
                assertThat(part.rows())
                        .as("seed %d", seed)
                        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("line")
                        .isEqualTo(alone.rows());
                assertThat(part.rows())
                        .extracting(Row::line)
                        .as("seed %d", seed)
                        .doesNotContain(0L);
                assertThat(part.contentDigest()).as("seed %d", seed).isEqualTo(alone.contentDigest());
                assertThat(part.fileDigest()).isEqualTo(read.fileDigest());
            }
        }
    }

    @Test
    void rowsWithoutARejectedAnswerAreBadOnce(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), """
                {"prompt": "p", "chosen": "a", "rejected": "b"}
                {"prompt": "p", "chosen": "a", "rejected": ""}
                {"prompt": "p", "completion": "c"}
                {"prompt": "q", "chosen": "same", "rejected": "same"}
                """);
        Dataset read = DatasetReader.read(file, ReadOptions.DEFAULT, Progress.NONE);

        Preferences parted = Preferences.of(read);

        assertThat(parted.chosen().badRows())
                .extracting(BadRow::file, BadRow::line, BadRow::record)
                .containsExactly(tuple(file.toString(), 2L, 1L), tuple(file.toString(), 3L, 2L));
        assertThat(parted.chosen().badRows().get(1).reason()).isEqualTo("no rejected answer: not a preference row");
        assertThat(parted.chosen().badRecords()).isEqualTo(2);
        assertThat(parted.chosen().records()).isEqualTo(4);
        assertThat(parted.rejected().badRecords()).isZero();
        assertThat(parted.rejected().rows()).extracting(Row::completion).containsExactly("b", "same");
    }

    @Test
    void aDatasetThatIsNoneOfPreferencesIsRefusedAndItsNameMadeHarmless() {
        Dataset answers = Dataset.of("\u001B[2J.jsonl", List.of(Row.chat(0, List.of(Message.user("p")), "c")));
        refused("\"\\u{1B}[2J.jsonl\" has no preference rows", () -> Preferences.of(answers));
        refused("has no preference rows", () -> Preferences.of(Dataset.of("empty", List.of())));
    }

    @Test
    void answersThatDoNotBelongTogetherAreRefused() {
        List<Row> twice = List.of(preference(3, "p", "a", "b"), preference(3, "p", "c", "d"));
        refused("a record number of its own", () -> Preferences.of(Dataset.of("twice", twice)));

        Row chosen = Row.chat(0, List.of(Message.user("p")), "a");
        for (List<Row> rejected : List.of(
                List.<Row>of(),
                List.of(Row.chat(1, List.of(Message.user("p")), "b")),
                List.of(Row.chat(0, List.of(Message.user("q")), "b")))) {
            refused(
                    "not two answers each of one record",
                    () -> new Preferences(Dataset.of("chosen", List.of(chosen)), Dataset.of("rejected", rejected)));
        }
    }
}
