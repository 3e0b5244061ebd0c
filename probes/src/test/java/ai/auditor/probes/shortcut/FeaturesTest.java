package ai.auditor.probes.shortcut;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturesTest {
    private static double format(String text, String name) {
        return value(FormatFeatures.of(text, 9), name);
    }

    private static double content(String prompt, String text, String name) {
        return value(ContentFeatures.of(prompt, text), name);
    }

    private static double value(Features features, String name) {
        int at = features.names().indexOf(name);
        assertThat(at).as("feature %s of %s", name, features.names()).isNotNegative();
        return features.values()[at];
    }

    @Test
    void formatCountsWhatIsLaidOut() {
        String text = " [12, 345,, 6]\n- 7.\n";
        assertThat(format(text, "characters")).isEqualTo(20);
        assertThat(format(text, "tokens")).isEqualTo(9);
        assertThat(format(text, "numbers")).isEqualTo(4);
        assertThat(format(text, "lines")).isEqualTo(3);
        assertThat(format(text, "leading white space")).isEqualTo(1);
        assertThat(format(text, "trailing white space")).isEqualTo(1);
        assertThat(format(text, "mean digits of a number")).isEqualTo(7 / 4.0);
        assertThat(format(text, "bracket [")).isEqualTo(1);
        assertThat(format(text, "markdown -")).isEqualTo(1);
        assertThat(format(text, "ends with .")).isEqualTo(1);
        assertThat(format(text, "separated by comma and space")).isEqualTo(1 / 3.0);
        assertThat(format(text, "other separators")).isEqualTo(2 / 3.0);
        assertThat(format(text, "repeated separators")).isEqualTo(1);
    }

    @Test
    void formatDoesNotChangeWithTheDigits() {
        assertThat(FormatFeatures.of("123, 456; 789", 5).values())
                .isEqualTo(FormatFeatures.of("987, 650; 111", 5).values());
    }

    @Test
    void separatorsThatTheTableDoesNotHaveAreToldApartByTheirMarks() {
        assertThat(format("1 - 2, 3 - 4", "separators with -")).isEqualTo(2 / 3.0);
        assertThat(format("1 - 2, 3 - 4", "separators that begin with a space")).isEqualTo(2 / 3.0);
        List<String> others =
                List.of(" - ", " ; ", " | ", "/", " : ", "\t", " . ", "- ", " + ", " = ", " ~ ", " > ", " _ ", " @ ");
        for (String one : others) {
            for (String other : others) {
                boolean same = Arrays.equals(
                        FormatFeatures.of("1" + one + "2", 3).values(),
                        FormatFeatures.of("1" + other + "2", 3).values());
                assertThat(same).as("%s %s", one, other).isEqualTo(one.equals(other));
            }
        }
    }

    @Test
    void contentCountsDigitsMagnitudesAndOrder() {
        String text = "100, 22, 110, 22";
        assertThat(content("22 and 5", text, "digit 2")).isEqualTo(4 / 10.0);
        assertThat(content("22 and 5", text, "leading digit 1")).isEqualTo(0.5);
        assertThat(content("22 and 5", text, "last digit 0")).isEqualTo(0.5);
        assertThat(content("22 and 5", text, "mean")).isEqualTo(63.5);
        assertThat(content("22 and 5", text, "least")).isEqualTo(22);
        assertThat(content("22 and 5", text, "greatest")).isEqualTo(110);
        assertThat(content("22 and 5", text, "from 0")).isEqualTo(0.5);
        assertThat(content("22 and 5", text, "multiples of 11")).isEqualTo(0.75);
        assertThat(content("22 and 5", text, "first number")).isEqualTo(100);
        assertThat(content("22 and 5", text, "last number")).isEqualTo(22);
        assertThat(content("22 and 5", text, "mean difference of neighbours")).isEqualTo(-78 / 3.0);
        assertThat(content("22 and 5", text, "rising neighbours")).isEqualTo(1 / 3.0);
        assertThat(content("22 and 5", text, "numbers of the prompt")).isEqualTo(0.5);
        assertThat(content("22 and 5", text, "distinct numbers")).isEqualTo(0.75);
    }

    @Test
    void textWithoutNumbersIsToldByLettersAndWords() {
        String text = "The cat saw the dog!";
        assertThat(content("", text, "letters")).isEqualTo(15 / 20.0);
        assertThat(content("", text, "capitals")).isEqualTo(1 / 20.0);
        assertThat(content("", text, "mark !")).isEqualTo(1 / 20.0);
        assertThat(content("", text, "word length")).isEqualTo(3);
        assertThat(content("", text, "distinct words")).isEqualTo(4 / 5.0);
        assertThat(content("", text, "mean")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\n\n",
                "99999999999999999999999999999999999999999999",
                "-1, -2, 3.5e10",
                "٣٤٥ ½ 🦉🦉",
                "\ud83e",
                "\u0000\u0001",
                "0",
                "000000000000000000000001, 2"
            })
    void everyTextHasFiniteFeaturesOfTheSameNames(String text) {
        for (Features features : List.of(FormatFeatures.of(text, 1), ContentFeatures.of(text, text))) {
            assertThat(features.values()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
        }
        assertThat(FormatFeatures.of(text, 1).names())
                .isEqualTo(FormatFeatures.of("1, 2", 1).names())
                .doesNotHaveDuplicates();
        assertThat(ContentFeatures.of("", text).names())
                .isEqualTo(ContentFeatures.of("", "1, 2").names())
                .doesNotHaveDuplicates();
    }
}
