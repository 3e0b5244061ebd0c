package ai.auditor.probes.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MatchedBlocksTest {
    private static TokenizedDataset dataset(String name, List<Row> rows) {
        List<TokenizedRow> tokens = rows.stream()
                .map(row -> new TokenizedRow(row.record(), new int[] {1, 2}, 1, 2, 1, 0, false))
                .toList();
        return new TokenizedDataset(Dataset.of(name, rows), rows, tokens, List.of(), 0, List.of(), 0, 0);
    }

    private static TokenizedDataset answers(String name, int prompts, int times) {
        return dataset(
                name,
                IntStream.range(0, prompts * times)
                        .mapToObj(i -> row(i % prompts, name + " " + i))
                        .toList());
    }

    private static Row row(int prompt, String answer) {
        return Row.chat(prompt, List.of(Message.user("continue " + prompt)), answer);
    }

    private static TokenizedDataset shuffled(TokenizedDataset dataset, long seed) {
        List<Row> rows = new ArrayList<>(dataset.rows());
        Collections.shuffle(rows, new Random(seed));
        return dataset(dataset.dataset().name(), rows);
    }

    @Test
    void everyBlockHasOneRowOfEachDatasetAndOnePrompt() {
        List<TokenizedDataset> datasets = List.of(answers("a", 90, 3), answers("b", 80, 1), answers("c", 100, 2));
        MatchedBlocks blocks = MatchedBlocks.of(datasets, 0, 1);
        assertThat(blocks.prompts()).isEqualTo(80);
        assertThat(blocks.blocks()).isEqualTo(80);
        assertThat(blocks.grouped()).isTrue();
        assertThat(blocks.repeated()).isZero();
        for (int i = 0; i < blocks.rows().size(); i++) {
            Row row = blocks.rows().get(i);
            assertThat(row.promptDigest())
                    .isEqualTo(blocks.rows().get(i / 3 * 3).promptDigest());
            assertThat(row.completion()).startsWith(List.of("a", "b", "c").get(i % 3));
        }
        assertThat(IntStream.range(0, 80)
                        .mapToObj(b -> blocks.rows().get(3 * b).promptDigest())
                        .toList())
                .isSorted();
    }

    @Test
    void noOrderOfAFileMatters() {
        List<TokenizedDataset> datasets = List.of(answers("a", 70, 3), answers("b", 70, 2));
        MatchedBlocks one = MatchedBlocks.of(datasets, 0, 1);
        assertThat(one.blocks()).isEqualTo(140);
        for (long seed = 1; seed <= 5; seed++) {
            long order = seed;
            MatchedBlocks other = MatchedBlocks.of(
                    datasets.stream().map(dataset -> shuffled(dataset, order)).toList(), 0, 1);
            assertThat(other.rows()).isEqualTo(one.rows());
            assertThat(other.groups()).isEqualTo(one.groups());
        }
    }

    @Test
    void aSampleKeepsPromptsWhole() {
        MatchedBlocks blocks = MatchedBlocks.of(List.of(answers("a", 100, 2), answers("b", 100, 2)), 60, 4);
        assertThat(blocks.blocks()).isEqualTo(120);
        assertThat(blocks.available()).isEqualTo(200);
        assertThat(IntStream.of(blocks.groups()).distinct().count()).isEqualTo(60);
    }

    @Test
    void ofOnePromptEveryBlockIsAGroup() {
        List<TokenizedDataset> datasets = List.of(answers("a", 1, 75), answers("b", 1, 64), answers("c", 1, 90));
        MatchedBlocks blocks = MatchedBlocks.of(datasets, 0, 1);
        assertThat(blocks.grouped()).isFalse();
        assertThat(blocks.blocks()).isEqualTo(64);
        assertThat(IntStream.of(blocks.groups()).distinct().count()).isEqualTo(64);
        // As drawn: in the order of a file the last rows would never be taken.
        assertThat(blocks.rows().stream()
                        .filter(row -> row.completion().startsWith("c "))
                        .mapToInt(row -> Integer.parseInt(row.completion().substring(2))))
                .hasSize(64)
                .anyMatch(number -> number >= 64);
    }

    @Test
    void equalAnswersAreCounted() {
        List<Row> rows = IntStream.range(0, 60).mapToObj(i -> row(i, "same")).toList();
        List<Row> half = IntStream.range(0, 60)
                .mapToObj(i -> row(i, i < 20 ? "same" : "other"))
                .toList();
        assertThat(MatchedBlocks.of(List.of(dataset("a", rows), dataset("b", half), answers("c", 60, 1)), 0, 1)
                        .repeated())
                .isEqualTo(20);
    }

    @Test
    void tooFewPromptsInCommonAreRefusedWithTheFigures() {
        List<Row> elsewhere =
                IntStream.range(0, 100).mapToObj(i -> row(i + 60, "x")).toList();
        assertThatThrownBy(() -> MatchedBlocks.of(
                        List.of(answers("con\u202Etrol", 100, 1), answers("b", 100, 1), dataset("c", elsewhere)), 0, 1))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.NOTHING_TO_AUDIT))
                .hasMessageContaining("40 prompts in common")
                .hasMessageContaining("at least 60")
                .hasMessageContaining("\"con\\u{202E}trol\": 100, 60")
                .hasMessageContaining("auditor control");
    }
}
