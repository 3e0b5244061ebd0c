package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.report.internal.Wording;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberTextTest {
    @ParameterizedTest
    @CsvSource({
        "0.1, 0, 0.1",
        "0.0995, 0, 0.1",
        "0.025, 0, 0.025",
        "0.0134, 0, 0.013",
        "1, 0, 1",
        "0.00002, 0, 0.00002",
        "0.0000004, 0.000001, < 0.000001",
        "0.001, 0.005, < 0.005",
        "0.005, 0.005, 0.005",
        "0, 0, 0",
        "NaN, 0, -"
    })
    void aPHasTwoDigitsOrIsABound(double p, double least, String said) {
        assertThat(NumberText.p(p, least)).isEqualTo(said);
    }

    /** What a sentence says of a p is what the tables of the reports say. */
    @Test
    void reportsRoundNoPOtherwise() {
        Random random = new Random(11);
        for (int i = 0; i < 1_000; i++) {
            double p = Math.pow(10, -4 * random.nextDouble());
            assertThat(Wording.bareP(p, 1e-4)).as("seed 11, %s", p).isEqualTo(NumberText.p(p, 0));
            assertThat(Wording.p(p, 1e-4)).as("seed 11, %s", p).isEqualTo("p " + NumberText.p(p, 0));
        }
    }

    @Test
    void countsStandInGroupsOfThree() {
        assertThat(NumberText.count(-1_234_567)).isEqualTo("-1,234,567");
        assertThat(NumberText.count(999)).isEqualTo("999");
    }

    @Test
    void sharesAreToldInPerCent() {
        assertThat(NumberText.perCent(0.34666)).isEqualTo("34.7");
        assertThat(NumberText.perCent(1)).isEqualTo("100.0");
        assertThat(NumberText.perCent(Double.NaN)).isEqualTo(NumberText.UNKNOWN);
        assertThat(NumberText.perCent(-0.012, 0.38)).isEqualTo("-1.2..38.0");
    }
}
