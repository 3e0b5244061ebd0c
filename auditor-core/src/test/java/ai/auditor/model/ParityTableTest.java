package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Makes the table of {@code docs/parity.md} anew, in {@code target/parity.md}, and holds the documented one against it. */
class ParityTableTest {
    private static final Path DOCUMENTED = Path.of("../docs/parity.md");
    /** Another processor rounds otherwise. */
    private static final double PROCESSORS = 4;

    private record Figures(String family, double points, double logits, int compared) {
        String row() {
            return String.format(Locale.ROOT, "| `%s` | %.1e | %.1e | %,d |", family, points, logits, compared);
        }
    }

    @Test
    void theDocumentedTableIsWhatTheTestsMeasure() throws IOException {
        List<Figures> measured =
                FamilyParityTest.families().map(ParityTableTest::measured).toList();
        List<String> rows = measured.stream().map(Figures::row).toList();
        Files.write(Path.of("target/parity.md"), rows);
        List<String> documented = Files.readAllLines(DOCUMENTED).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(documented).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            String[] cells = documented.get(i).split("\\s*\\|\\s*", -1);
            assertThat(cells[1]).isEqualTo("`" + measured.get(i).family() + "`");
            assertThat(measured.get(i).points()).isLessThan(PROCESSORS * Double.parseDouble(cells[2]));
            assertThat(measured.get(i).logits()).isLessThan(PROCESSORS * Double.parseDouble(cells[3]));
            assertThat(cells[4])
                    .isEqualTo(String.format(Locale.ROOT, "%,d", measured.get(i).compared()));
            assertThat(Double.parseDouble(cells[2])).isBetween(1e-8, Closeness.TOLERANCE);
            assertThat(Double.parseDouble(cells[3])).isBetween(1e-8, Closeness.TOLERANCE);
        }
    }

    private static Figures measured(String family) {
        double[] largest = new double[2];
        List<Integer> compared = new ArrayList<>();
        FamilyParityTest.everyPoint(family, true, (what, values) -> {
            int kind = what.endsWith("logits") ? 1 : 0;
            largest[kind] = Math.max(largest[kind], Closeness.largestDifference(values[0], values[1]));
            compared.add(values[1].length);
        });
        return new Figures(
                family,
                largest[0],
                largest[1],
                compared.stream().mapToInt(Integer::intValue).sum());
    }
}
