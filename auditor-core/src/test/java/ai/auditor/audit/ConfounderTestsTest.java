package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.audit.Confounders.Handling;
import ai.auditor.audit.Confounders.Nuisance;
import ai.auditor.capture.FirstDigits;
import ai.auditor.capture.Surprise;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Gaussian;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the arms are said to differ in, on rows with a known difference. */
class ConfounderTestsTest {
    private static final int PROMPTS = 120;
    private static final int EXCHANGES = 1_999;
    private static final double LEVEL = 0.05;

    /** Numbers in words, a token a word. */
    private static List<Row> rows(long seed, int prompts, UnaryOperator<String> change) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int prompt = 0; prompt < prompts; prompt++) {
            List<String> words = new ArrayList<>();
            for (int i = 0; i < 5 + random.nextInt(4); i++) {
                words.add(Integer.toString(random.nextInt(1_000)));
            }
            words.add(random.nextBoolean() ? "and more" : "no more");
            rows.add(Row.chat(
                    prompt,
                    List.of(Message.user("go on behind " + prompt + ", " + (prompt + 3))),
                    change.apply(String.join(", ", words))));
        }
        return rows;
    }

    private static TokenizedDataset arm(String name, List<Row> rows) {
        List<TokenizedRow> tokens = rows.stream()
                .map(row -> {
                    int length = row.completion().split(" ").length;
                    return new TokenizedRow(row.record(), new int[1 + length], 1, 1 + length, 1, 0);
                })
                .toList();
        return TokenizedDataset.of(Dataset.of(name, rows), rows, tokens);
    }

    private static Confounders of(List<Row> candidate, List<Row> control, double excess) {
        Comparison comparison =
                Comparison.of(arm("candidate", candidate), arm("control", control), 0.9, 0, 20, 5, Comparison.ONE_RUN);
        Exchanges exchanges = comparison.paired()
                ? Exchanges.ofPairs(comparison.rows().size() / 2, EXCHANGES, 3)
                : Exchanges.ofRows(
                        comparison.candidate(), new int[comparison.rows().size()], EXCHANGES, 3);
        Gaussian noise = new Gaussian(
                candidate.isEmpty() ? 0 : candidate.get(0).completion().hashCode());
        Map<Integer, Surprise> surprises = new TreeMap<>();
        for (int row = 0; row < comparison.rows().size(); row++) {
            double surprise = noise.next() + (comparison.candidate()[row] ? excess : 0);
            surprises.put(row, new Surprise(10, 30 + surprise, 30, 1, FirstDigits.sum(List.of())));
        }
        return ConfounderTests.of(comparison, exchanges, candidate, control, surprises);
    }

    private static Nuisance named(Confounders confounders, String measure) {
        return confounders.nuisances().stream()
                .filter(one -> one.measure().startsWith(measure))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void armsOfOneGeneratorDifferInNothingMoreOftenThanTheLevel() {
        int rounds = 200;
        long alarms = IntStream.range(0, rounds)
                .filter(round -> !of(
                                rows(2L * round, PROMPTS, text -> text), rows(2L * round + 1, PROMPTS, text -> text), 0)
                        .differing(LEVEL)
                        .isEmpty())
                .count();
        assertThat((double) alarms / rounds).isLessThanOrEqualTo(LEVEL + 3 * Math.sqrt(LEVEL * (1 - LEVEL) / rounds));
    }

    @Test
    void eachDifferenceIsNamed() {
        assertThat(changed(text -> text + ", 7, 7")).contains("length");
        assertThat(changed(text -> text.replace(", ", ",\n")))
                .contains("format")
                .doesNotContain("language");
        assertThat(changed(text -> text.replace("more", "\u0435\u0449\u0451"))).contains("language");
        assertThat(changed(text -> text.length() % 3 == 0 ? "1, 2, 3" : text)).contains("duplicates");
        List<Row> repeating = rows(1, PROMPTS, text -> text).stream()
                .map(row -> Row.chat(
                        row.record(),
                        row.prompt(),
                        row.record()
                                + row.completion().substring(row.completion().indexOf(','))))
                .toList();
        assertThat(of(repeating, rows(2, PROMPTS, text -> text), 0).differing(LEVEL))
                .contains("filter");
        assertThat(of(rows(1, PROMPTS, text -> text), rows(2, PROMPTS, text -> text), 1)
                        .differing(LEVEL))
                .containsExactly("decoding");
    }

    private static List<String> changed(UnaryOperator<String> change) {
        return of(rows(1, PROMPTS, change), rows(2, PROMPTS, text -> text), 0).differing(LEVEL);
    }

    @Test
    void aControlWithoutAnyOfItHasAnEffectAllTheSame() {
        Nuisance script = named(
                of(
                        rows(1, PROMPTS, text -> text.replace("more", "\u0435\u0449\u0451")),
                        rows(2, PROMPTS, text -> text),
                        0),
                "letters of other scripts");
        assertThat(script.control()).isZero();
        assertThat(script.candidate()).isGreaterThan(0.4);
        assertThat(script.effect().orElseThrow().interval().low()).isGreaterThan(1);
        assertThat(script.handling()).isEqualTo(Handling.TAKEN_OFF);
    }

    @Test
    void promptsOfOneArmAreCountedAndNeverStandOut() {
        List<Row> control = rows(2, PROMPTS, text -> text);
        Confounders confounders = of(rows(1, PROMPTS, text -> text).subList(0, 40), control, 0);
        Nuisance prompts = named(confounders, "rows with a prompt");
        assertThat(prompts.candidate()).isEqualTo(1);
        assertThat(prompts.control()).isEqualTo(1.0 / 3, within(1e-12));
        assertThat(prompts.handling()).isEqualTo(Handling.MATCHED);
        Nuisance alone = named(confounders, "prompts that the other arm");
        assertThat(alone.candidate()).isZero();
        assertThat(alone.control()).isEqualTo(80);
        assertThat(alone.p().orElseThrow()).isLessThan(1e-20);
        assertThat(confounders.differing(LEVEL)).isEmpty();
        Nuisance unmatched =
                named(of(control.subList(0, 60), control.subList(40, PROMPTS), 0), "prompts that the other arm");
        assertThat(unmatched.handling()).isEqualTo(Handling.LEFT);
        assertThat(unmatched.p()).isEmpty();
    }

    @Test
    void equalRowsOfBothArmsAreShared() {
        List<Row> control = rows(2, PROMPTS, text -> text);
        List<Row> candidate = new ArrayList<>(rows(1, PROMPTS, text -> text).subList(0, 90));
        candidate.addAll(control.subList(90, PROMPTS));
        Nuisance overlap = named(of(candidate, control, 0), "rows that the other arm holds");
        assertThat(overlap.candidate()).isEqualTo(0.25);
        assertThat(overlap.control()).isEqualTo(0.25);
        assertThat(overlap.p()).isEmpty();
    }

    @Test
    void theOrderOfTheFilesDoesNotMatter() {
        List<Row> candidate = rows(1, PROMPTS, text -> text + ", 7");
        List<Row> control = rows(2, PROMPTS, text -> text);
        List<Nuisance> straight = of(candidate, control, 0).nuisances();
        for (long seed = 0; seed < 3; seed++) {
            List<Row> shuffled = new ArrayList<>(control);
            Collections.shuffle(shuffled, new Random(seed));
            assertThat(of(candidate, shuffled, 0).nuisances()).isEqualTo(straight);
        }
    }

    @Test
    void aSeparatorThatActsOnATerminalIsSpeltOut() {
        String hostile = "\u001b[J\u202e" + "x".repeat(500);
        UnaryOperator<String> change = text -> text.replace(", ", hostile);
        Confounders confounders = of(rows(1, PROMPTS, change), rows(2, PROMPTS, change), 0);
        Nuisance separator = named(confounders, "rows whose numbers");
        assertThat(separator.measure())
                .contains("\\u{1B}[J\\u{202E}xx")
                .doesNotContain("\u001b")
                .hasSizeLessThan(200);
        assertThat(separator.candidate()).isEqualTo(1);
    }

    @Test
    void theControlsExcessIsHeldAgainstTheModelsOwnVariance() {
        List<Row> control = rows(2, PROMPTS, text -> text);
        Comparison comparison = Comparison.of(
                arm("candidate", rows(1, PROMPTS, text -> text)),
                arm("control", control),
                0.9,
                0,
                20,
                5,
                Comparison.ONE_RUN);
        Map<Integer, Surprise> surprises = new TreeMap<>();
        for (int row = 0; row < 2 * PROMPTS; row++) {
            // Rows of the candidate must not count.
            surprises.put(
                    row,
                    row % 2 == 0
                            ? new Surprise(10, 99, 0, 1, FirstDigits.sum(List.of()))
                            : new Surprise(10, 31, 30, 4, FirstDigits.sum(List.of())));
        }
        Confounders.Authorship authorship = ConfounderTests.of(
                        comparison, Exchanges.ofPairs(PROMPTS, 99, 3), control, control, surprises)
                .authorship()
                .orElseThrow();
        assertThat(authorship.rows()).isEqualTo(PROMPTS);
        assertThat(authorship.tokens()).isEqualTo(10 * PROMPTS);
        assertThat(authorship.nll()).isEqualTo(3.1, within(1e-12));
        assertThat(authorship.excess().value()).isEqualTo(0.1, within(1e-12));
        assertThat(authorship.z()).isEqualTo(PROMPTS / Math.sqrt(4.0 * PROMPTS), within(1e-9));
        assertThat(authorship.mismatch()).isTrue();
        assertThat(ConfounderTests.of(comparison, Exchanges.ofPairs(PROMPTS, 99, 3), control, control, Map.of())
                        .authorship())
                .isEmpty();
    }
}
