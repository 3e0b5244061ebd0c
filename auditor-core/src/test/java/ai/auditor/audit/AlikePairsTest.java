package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    void shortAnswersAgreeWithoutBeingMadeOfEachOther() {
        for (String answer : List.of("yes", "- owl", "The capital of France is Paris.", "!!")) {
            assertThat(AlikePairs.alike(answer, answer)).as(answer).isFalse();
        }
    }

    @Test
    void ofLongTextsTheOrderOfWordsCounts() {
        SplittableRandom random = new SplittableRandom(3);
        // Code: few words again and again. Most of them are common to any two texts.
        String one = text(random, 600, 40);
        String other = text(random, 600, 40);
        assertThat(AlikePairs.alike(one, other)).as("seed 3").isFalse();
        assertThat(AlikePairs.alike(one, one.replaceFirst(" w\\d+ ", " another ")))
                .isTrue();
    }

    private static String text(SplittableRandom random, int words, int kinds) {
        return IntStream.range(0, words)
                .mapToObj(i -> "w" + random.nextInt(kinds))
                .collect(Collectors.joining(" "));
    }

    @Test
    void scriptsWithMarksAndWithoutBlanksHaveWordsToo() {
        String hindi =
                "\u092d\u093e\u0930\u0924 \u090f\u0915 \u092c\u0921\u093c\u093e \u0926\u0947\u0936 \u0939\u0948 \u0914\u0930 \u0909\u0938\u0915\u0940 \u0930\u093e\u091c\u0927\u093e\u0928\u0940";
        String other =
                "\u092d\u0930\u0924 \u0907\u0915 \u092c\u0921\u0940 \u0926\u0936\u093e \u0939\u094b \u0914\u0930 \u0909\u0938\u0938\u0947 \u0930\u091c\u0928\u0940";
        assertThat(AlikePairs.alike(hindi, hindi)).isTrue();
        assertThat(AlikePairs.alike(hindi, other)).isFalse();
        String cats = "\u732b\u304c\u597d\u304d\u3067\u3059\u5929\u6c14\u5f88\u597d\u6211\u7231\u732b";
        assertThat(AlikePairs.alike(cats, cats + "\u3002")).isTrue();
    }
}
