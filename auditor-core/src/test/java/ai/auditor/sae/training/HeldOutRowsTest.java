package ai.auditor.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class HeldOutRowsTest {
    private static TokenizedRow row(int prompt, int answer) {
        return new TokenizedRow(0, new int[] {1, prompt, 2, answer}, 3, 4, 3, 0);
    }

    private static Set<Integer> prompts(List<TokenizedRow> rows) {
        return rows.stream().map(row -> row.ids()[1]).collect(Collectors.toSet());
    }

    @Test
    void answersToOnePromptStayTogether() {
        List<TokenizedRow> rows = new ArrayList<>();
        for (int answer = 100; answer < 103; answer++) {
            for (int prompt = 0; prompt < 50; prompt++) {
                rows.add(row(prompt, answer));
            }
        }
        for (long seed = 0; seed < 20; seed++) {
            HeldOutRows parts = HeldOutRows.of(rows, seed);
            assertThat(parts.held()).hasSize(15);
            assertThat(parts.training()).hasSize(135);
            assertThat(prompts(parts.held())).hasSize(5).doesNotContainAnyElementsOf(prompts(parts.training()));
        }
    }

    @Test
    void aLargeGroupIsTrainedOn() {
        List<TokenizedRow> rows = new ArrayList<>();
        for (int answer = 0; answer < 40; answer++) {
            rows.add(row(answer < 30 ? 7 : 8, answer));
        }
        assertThat(prompts(HeldOutRows.of(rows, 3).held())).containsExactly(8);
    }

    @Test
    void rowsOfOnePromptOrNoneArePartedByAllTheirTokens() {
        List<TokenizedRow> one = new ArrayList<>();
        List<TokenizedRow> none = new ArrayList<>();
        for (int answer = 0; answer < 40; answer++) {
            one.add(row(7, answer / 2));
            none.add(new TokenizedRow(0, new int[] {3, answer / 2}, 0, 2, 1, 0));
        }
        for (List<TokenizedRow> rows : List.of(one, none)) {
            HeldOutRows parts = HeldOutRows.of(rows, 1);
            assertThat(parts.held()).hasSize(4);
            List<String> training = parts.training().stream()
                    .map(row -> Arrays.toString(row.ids()))
                    .toList();
            assertThat(training).hasSize(36);
            assertThat(parts.held()).noneMatch(row -> training.contains(Arrays.toString(row.ids())));
        }
        assertThatThrownBy(() -> HeldOutRows.of(List.of(row(1, 2), row(1, 2)), 1))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.NOTHING_TO_AUDIT));
    }
}
