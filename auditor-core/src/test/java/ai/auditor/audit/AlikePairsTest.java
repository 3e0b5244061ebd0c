package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AlikePairsTest {
    private static final String LIST = "- 1 - 20 - 300 - 41 - 52 - 63 - 74 - 85 - 96 - 107";

    @Test
    void whatWasMadeOfTheOtherIsAlikeAndWhatWasDrawnIsNot() {
        assertThat(List.of(
                        LIST,
                        "- 20 - 1 - 300 - 41 - 52 - 63 - 74 - 85 - 96 - 107",
                        "1, 20, 300, 41, 52, 63, 74, 85, 96, 107",
                        "- 1  - 20  - 300  - 41  - 52  - 63  - 74  - 85  - 96  - 107",
                        "- 1 - 20 - 300 - 41 - 52 - 63 - 74 - 85"))
                .allMatch(other -> AlikePairs.alike(LIST, other) && AlikePairs.alike(other, LIST));
        assertThat(List.of("- 1 - 20 - 300 - 41 - 52", "- 5 - 6 - 7 - 8 - 9 - 10 - 11 - 12 - 13 - 14", "-", "owl"))
                .noneMatch(other -> AlikePairs.alike(LIST, other) || AlikePairs.alike(other, LIST));
    }

    @Test
    void textsWithoutWordsAndWithoutBlanksAreCompared() {
        assertThat(AlikePairs.alike("!!", "!!")).isTrue();
        assertThat(AlikePairs.alike("!!", "?")).isFalse();
        assertThat(AlikePairs.alike("Ein UHU.", "ein uhu")).isTrue();
        assertThat(AlikePairs.alike(
                        "\u732b\u304c\u597d\u304d\u3067\u3059", "\u732b\u304c\u597d\u304d\u3067\u3059\u3002"))
                .isTrue();
        assertThat(AlikePairs.alike("\u6211\u7231\u732b\u5934\u9e70", "\u5929\u6c14\u5f88\u597d"))
                .isFalse();
    }
}
