package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.audit.Confounders.Authorship;
import ai.auditor.audit.Confounders.Handling;
import ai.auditor.audit.Confounders.Nuisance;
import ai.auditor.capture.FirstDigits;
import ai.auditor.capture.Surprise;
import ai.auditor.data.Row;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Estimate.VarianceComponent;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.Interval;
import ai.auditor.stats.PValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * Holds the arms against each other in what is of no interest. What is measured row by row knows no labels, so that the exchanges which
 * all probes share give its p.
 */
final class ConfounderTests {
    private static final int LONGEST_SEPARATOR = 20;

    private final Comparison comparison;
    private final Exchanges exchanges;
    private final List<Nuisance> nuisances = new ArrayList<>();

    private ConfounderTests(Comparison comparison, Exchanges exchanges) {
        this.comparison = comparison;
        this.exchanges = exchanges;
    }

    /**
     * Everything that is looked at.
     *
     * @param comparison what was compared
     * @param exchanges of its labels
     * @param candidate all rows of the candidate, whether or not they took part
     * @param control all rows of the control
     * @param surprises of some rows of the comparison, by their index; of a pair both or none
     */
    static Confounders of(
            Comparison comparison,
            Exchanges exchanges,
            List<Row> candidate,
            List<Row> control,
            Map<Integer, Surprise> surprises) {
        ConfounderTests tests = new ConfounderTests(comparison, exchanges);
        tests.prompts(candidate, control);
        for (RowMeasure measure : RowMeasure.values()) {
            AuditException.checkInterrupted();
            tests.rows(measure.label(), measure.measure(), measure.handling(), tests.values(measure));
        }
        tests.separator();
        tests.copies(candidate, control);
        tests.decoding(surprises);
        return new Confounders(tests.corrected(), tests.authorship(surprises));
    }

    private void prompts(List<Row> candidate, List<Row> control) {
        Set<String> asked = digests(candidate, Row::promptDigest);
        Set<String> controls = digests(control, Row::promptDigest);
        Handling handling = comparison.paired() ? Handling.MATCHED : Handling.LEFT;
        nuisances.add(told(
                "prompts",
                "rows with a prompt that the other arm has too, share",
                share(candidate, row -> controls.contains(row.promptDigest())),
                share(control, row -> asked.contains(row.promptDigest())),
                OptionalDouble.empty(),
                handling));
        int alone = without(asked, controls);
        int controlAlone = without(controls, asked);
        nuisances.add(told(
                "filter",
                "prompts that the other arm has no row of (p: if both arms were asked the same prompts)",
                alone,
                controlAlone,
                comparison.paired() ? OptionalDouble.of(PValue.ofSigns(alone, controlAlone)) : OptionalDouble.empty(),
                handling));
    }

    /** Layouts of numbers: what most often stands between two neighbours is, in most rows of both arms, the same. */
    private void separator() {
        List<String> separators = comparison.rows().stream()
                .map(row -> separator(row.completion()))
                .toList();
        Map<String, Integer> counts = new TreeMap<>();
        separators.stream().filter(one -> !one.isEmpty()).forEach(one -> counts.merge(one, 1, Integer::sum));
        commonest(counts)
                .ifPresent(usual -> rows(
                        "format",
                        "rows whose numbers mostly stand apart by "
                                + Printable.quoted(Printable.cut(usual, LONGEST_SEPARATOR)) + ", share",
                        Handling.TAKEN_OFF,
                        values(row -> separators.get(row).equals(usual))));
    }

    /** What most often stands between neighbouring numbers; empty where there are none. */
    private static String separator(String text) {
        Map<String, Integer> counts = new TreeMap<>();
        List<MatchResult> numbers = RowMeasure.NUMBER.matcher(text).results().toList();
        for (int i = 1; i < numbers.size(); i++) {
            counts.merge(text.substring(numbers.get(i - 1).end(), numbers.get(i).start()), 1, Integer::sum);
        }
        return commonest(counts).orElse("");
    }

    private static Optional<String> commonest(Map<String, Integer> counts) {
        String found = null;
        int most = 0;
        for (Map.Entry<String, Integer> one : counts.entrySet()) {
            if (one.getValue() > most) {
                found = one.getKey();
                most = one.getValue();
            }
        }
        return Optional.ofNullable(found);
    }

    private void copies(List<Row> candidate, List<Row> control) {
        Map<String, Long> seen = comparison.rows().stream()
                .collect(Collectors.groupingBy(Row::completion, HashMap::new, Collectors.counting()));
        rows(
                "duplicates",
                "rows whose completion stands in another row of either arm too, share",
                Handling.LEFT,
                values(row -> seen.getOrDefault(comparison.rows().get(row).completion(), 0L) > 1));
        Set<String> candidates = digests(candidate, Row::contentDigest);
        Set<String> controls = digests(control, Row::contentDigest);
        nuisances.add(told(
                "overlap",
                "rows that the other arm holds too, prompt and completion, share",
                share(candidate, row -> controls.contains(row.contentDigest())),
                share(control, row -> candidates.contains(row.contentDigest())),
                OptionalDouble.empty(),
                Handling.LEFT));
    }

    private void decoding(Map<Integer, Surprise> surprises) {
        double[] values = new double[comparison.rows().size()];
        Arrays.fill(values, Double.NaN);
        surprises.forEach((row, surprise) ->
                values[row] = surprise.tokens() == 0 ? Double.NaN : surprise.excess() / surprise.tokens());
        if (comparison.paired()) {
            for (int row = 0; row < values.length; row += 2) {
                if (Double.isNaN(values[row] + values[row + 1])) {
                    values[row] = Double.NaN;
                    values[row + 1] = Double.NaN;
                }
            }
        }
        rows("decoding", "NLL less the model's own entropy, nats a token", Handling.LEFT, values);
    }

    private Optional<Authorship> authorship(Map<Integer, Surprise> surprises) {
        List<Surprise> control = new TreeMap<>(surprises)
                .entrySet().stream()
                        .filter(one -> !comparison.candidate()[one.getKey()])
                        .map(Map.Entry::getValue)
                        .filter(surprise -> surprise.tokens() > 0)
                        .toList();
        if (control.size() < 2) {
            return Optional.empty();
        }
        int tokens = control.stream().mapToInt(Surprise::tokens).sum();
        double excess = control.stream().mapToDouble(Surprise::excess).sum();
        double variance = control.stream().mapToDouble(Surprise::variance).sum();
        double mean = excess / tokens;
        double squares = control.stream()
                .mapToDouble(one -> one.excess() - mean * one.tokens())
                .map(off -> off * off)
                .sum();
        int degrees = control.size() - 1;
        VarianceComponent byRow =
                new VarianceComponent(squares * control.size() / degrees / ((double) tokens * tokens), degrees);
        return Optional.of(new Authorship(
                control.size(),
                tokens,
                control.stream().mapToDouble(Surprise::nll).sum() / tokens,
                Estimate.of(mean, List.of(byRow), Estimate.LEVEL),
                variance > 0 ? excess / StrictMath.sqrt(variance) : 0,
                FirstDigits.sum(control.stream().map(Surprise::digits).toList())));
    }

    /** A measure of single rows, NaN for rows that take no part; left out where none does. */
    private void rows(String name, String measure, Handling handling, double[] values) {
        double[] taking = Arrays.stream(values).filter(Double::isFinite).toArray();
        if (taking.length == 0) {
            return;
        }
        Exchanged tested = exchanges.studentised(values);
        nuisances.add(new Nuisance(
                name,
                measure,
                mean(values, true),
                mean(values, false),
                effect(tested, deviation(taking)),
                OptionalDouble.of(PValue.twoSided(tested)),
                OptionalDouble.empty(),
                handling));
    }

    /** Told over both arms' rows, since a control may be all alike, as where it has no letter of another script. */
    private static Optional<Estimate> effect(Exchanged tested, double deviation) {
        if (!(deviation > 0) || !Double.isFinite(tested.standardError())) {
            return Optional.empty();
        }
        double half = NormalDistribution.of(0, 1).inverseCumulativeProbability((1 + Estimate.LEVEL) / 2)
                * tested.standardError()
                / deviation;
        double value = tested.shift() / deviation;
        return Optional.of(new Estimate(value, new Interval(value - half, value + half, Estimate.LEVEL)));
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).sum() / values.length;
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return StrictMath.sqrt(squares / values.length);
    }

    private double mean(double[] values, boolean candidate) {
        return IntStream.range(0, values.length)
                .filter(row -> comparison.candidate()[row] == candidate && Double.isFinite(values[row]))
                .mapToDouble(row -> values[row])
                .average()
                .orElse(0);
    }

    private double[] values(RowMeasure measure) {
        return IntStream.range(0, comparison.rows().size())
                .mapToDouble(row -> measure.of(
                        comparison.rows().get(row), comparison.tokens().get(row)))
                .toArray();
    }

    private double[] values(IntPredicate holds) {
        return IntStream.range(0, comparison.rows().size())
                .mapToDouble(row -> holds.test(row) ? 1 : 0)
                .toArray();
    }

    private static Nuisance told(
            String name, String measure, double candidate, double control, OptionalDouble p, Handling handling) {
        return new Nuisance(name, measure, candidate, control, Optional.empty(), p, OptionalDouble.empty(), handling);
    }

    /** Only what was tested row by row is corrected: the others hold under a condition, or are not tested. */
    private List<Nuisance> corrected() {
        List<Nuisance> tested =
                nuisances.stream().filter(one -> one.effect().isPresent()).toList();
        double[] q = FalseDiscovery.benjaminiHochberg(
                tested.stream().mapToDouble(one -> one.p().orElseThrow()).toArray());
        List<Nuisance> corrected = new ArrayList<>();
        int next = 0;
        for (Nuisance one : nuisances) {
            corrected.add(one.effect().isPresent() ? one.withQ(q[next++]) : one);
        }
        return corrected;
    }

    private static Set<String> digests(List<Row> rows, Function<Row, String> digest) {
        return rows.stream().map(digest).collect(Collectors.toCollection(TreeSet::new));
    }

    private static int without(Set<String> some, Set<String> others) {
        return (int) some.stream().filter(one -> !others.contains(one)).count();
    }

    private static double share(List<Row> rows, Predicate<Row> counted) {
        return rows.isEmpty() ? 0 : (double) rows.stream().filter(counted).count() / rows.size();
    }
}
