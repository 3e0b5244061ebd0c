package ai.auditor.probes.linear;

import ai.auditor.NumberText;
import ai.auditor.Printable;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance.Source;
import ai.auditor.probe.Table;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import ai.auditor.probes.linear.DatasetComparison.Pair;
import ai.auditor.probes.linear.DatasetComparison.Separation;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a comparison of datasets saw, in sentences and tables; datasets are named and numbered by their places. */
public final class ComparisonTables {
    /** Pairs that are listed: all of ten datasets. */
    private static final int LISTED = 45;

    /** Code points of a name of which two stand in a line of a terminal. */
    private static final int SHORT_NAME = 14;

    /** Code points of a name beside the counts of its rows, on a terminal. */
    private static final int LONG_NAME = 32;

    /** Columns of a table of confusions. */
    private static final int SIDE_BY_SIDE = 11;

    /** Pairs that are named in a sentence. */
    private static final int NAMED_PAIRS = 6;

    /** The level of the standard policy. */
    private static final double LEVEL = Policy.standard().alpha();

    private final DatasetComparison comparison;
    private final boolean whole;

    private ComparisonTables(DatasetComparison comparison, boolean whole) {
        this.comparison = comparison;
        this.whole = whole;
    }

    /** With names cut where they are long, so that no line is longer than 80 characters. */
    public static ComparisonTables narrow(DatasetComparison comparison) {
        return new ComparisonTables(comparison, false);
    }

    /** With whole names, for documents. */
    public static ComparisonTables whole(DatasetComparison comparison) {
        return new ComparisonTables(comparison, true);
    }

    /** All tables: the datasets, how often the probe was right, each against the rest, what was taken for what, pairs, what was chosen. */
    public List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        tables.add(datasets());
        tables.add(accuracy());
        tables.add(rest());
        int classes = comparison.datasets().size();
        for (int first = 0; first < classes; first += SIDE_BY_SIDE) {
            tables.add(confusion(first, Math.min(classes, first + SIDE_BY_SIDE)));
        }
        tables.add(pairs());
        tables.add(chosen());
        return tables;
    }

    /** What was found, in sentences: which datasets differ beyond format and length, by the pairs. */
    public List<String> found() {
        List<Pair> apart = comparison.pairs().stream()
                .filter(pair -> pair.separation().p() <= LEVEL)
                .toList();
        String level = " (p at most " + p(LEVEL) + " over all pairs).";
        if (apart.isEmpty()) {
            return List.of("No two of the datasets were told apart beyond format and length" + level
                    + " That clears nothing: no power was computed.");
        }
        String pairs = apart.stream()
                .sorted(Comparator.comparingDouble(
                        pair -> -pair.separation().auroc().value()))
                .limit(NAMED_PAIRS)
                .map(pair -> name(pair.first()) + " and " + name(pair.second()))
                .collect(Collectors.joining("; "));
        return List.of(apart.size() + " of " + comparison.pairs().size()
                + " pairs were told apart beyond format and length" + level
                + (apart.size() > NAMED_PAIRS ? " The clearest: " : " They are: ") + pairs
                + ". Numbers are places on the command line, 0 is the control.");
    }

    private Table datasets() {
        return new Table(
                "Datasets; 0 is the control",
                List.of("dataset", "rows", "took part", "bad", "over the context"),
                IntStream.range(0, comparison.datasets().size())
                        .mapToObj(place -> {
                            Source source = comparison.datasets().get(place);
                            return List.of(
                                    longName(place),
                                    NumberText.count(source.rows()),
                                    NumberText.count(comparison.design().rows()),
                                    NumberText.count(source.badRows()),
                                    NumberText.count(source.longRows()));
                        })
                        .toList());
    }

    private Table accuracy() {
        return new Table(
                "Held-out rows given to their dataset, %",
                List.of("", "accuracy", "95 %"),
                List.of(
                        shares("linear probe", comparison.accuracy()),
                        shares("format and length alone", comparison.baselineAccuracy()),
                        List.of(
                                "chance",
                                NumberText.perCent(1.0 / comparison.datasets().size()),
                                "")));
    }

    private Table rest() {
        return new Table(
                "Each against the rest (AUROC a row; no p can be below " + p(comparison.smallestRestP()) + ")",
                List.of("dataset", "AUROC", "95 %", "format", "p if all alike"),
                IntStream.range(0, comparison.rest().size())
                        .mapToObj(place -> Stream.concat(
                                        Stream.of(name(place)),
                                        cells(comparison.rest().get(place)))
                                .toList())
                        .toList());
    }

    private Table confusion(int first, int end) {
        return new Table(
                "Which dataset (row) was taken for which (column), % of held-out rows",
                Stream.concat(Stream.of("dataset"), IntStream.range(first, end).mapToObj(Integer::toString))
                        .toList(),
                IntStream.range(0, comparison.confusion().size())
                        .mapToObj(truth -> Stream.concat(
                                        Stream.of(name(truth)),
                                        comparison.confusion().get(truth).subList(first, end).stream()
                                                .map(share -> String.format(Locale.ROOT, "%.0f", 100 * share)))
                                .toList())
                        .toList());
    }

    private Table pairs() {
        int all = comparison.pairs().size();
        return new Table(
                (all > LISTED ? "The " + LISTED + " clearest of " + all + " pairs" : "Pairs") + " (no p can be below "
                        + p(comparison.smallestPairP()) + ")",
                List.of("dataset", "and", "AUROC", "95 %", "format", "p, Holm"),
                comparison.pairs().stream()
                        .sorted(Comparator.comparingDouble(
                                        (Pair pair) -> pair.separation().p())
                                .thenComparing(
                                        pair -> -pair.separation().auroc().value()))
                        .limit(LISTED)
                        .map(pair -> Stream.concat(
                                        Stream.of(name(pair.first()), name(pair.second())), cells(pair.separation()))
                                .toList())
                        .toList());
    }

    private static Stream<String> cells(Separation separation) {
        Interval interval = separation.auroc().interval();
        return Stream.of(
                auroc(separation.auroc().value()),
                String.format(Locale.ROOT, "%.3f..%.3f", interval.low(), interval.high()),
                auroc(separation.baseline()),
                p(separation.p()));
    }

    private Table chosen() {
        return new Table(
                "Chosen for each part inside the other, by the log-probability of held-out labels",
                List.of("part", "softmax regression on", "penalty", "log-probability"),
                IntStream.range(0, comparison.probes().size())
                        .boxed()
                        .flatMap(s -> Stream.of(
                                choice(s, comparison.probes().get(s)),
                                choice(s, comparison.baselines().get(s))))
                        .toList());
    }

    private static List<String> choice(int part, Choice choice) {
        return List.of(
                Integer.toString(part + 1),
                choice.inputs(),
                String.format(Locale.ROOT, "%.1f", choice.penalty()),
                String.format(Locale.ROOT, "%.4f", choice.logProbability()));
    }

    private String name(int place) {
        String file = file(place);
        int ending = file.lastIndexOf('.');
        return numbered(ending > 0 && !whole ? file.substring(0, ending) : file, SHORT_NAME, place);
    }

    private String longName(int place) {
        return numbered(whole ? comparison.datasets().get(place).name() : file(place), LONG_NAME, place);
    }

    /** What paths begin with they have in common; where two files are called alike, the folder is told too. */
    private String file(int place) {
        List<String> paths = comparison.datasets().stream().map(Source::name).toList();
        String path = paths.get(place);
        String last = last(path, 1);
        boolean alike =
                paths.stream().filter(other -> last(other, 1).equals(last)).count() > 1;
        return last.isEmpty() ? path : alike ? last(path, 2) : last;
    }

    /** The last parts of a path, so many. */
    private static String last(String path, int parts) {
        int from = path.length();
        for (int part = 0; part < parts && from >= 0; part++) {
            from = path.lastIndexOf('/', from - 1);
        }
        return path.substring(from + 1);
    }

    /** The number tells a name from others that are cut to the same. */
    private String numbered(String name, int longest, int place) {
        String line = Printable.line(name);
        return (whole ? line : Printable.cut(line, longest)) + " (" + place + ")";
    }

    private static List<String> shares(String name, Estimate share) {
        Interval interval = share.interval();
        return List.of(name, NumberText.perCent(share.value()), NumberText.perCent(interval.low(), interval.high()));
    }

    private static String auroc(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String p(double value) {
        return NumberText.p(value, 0);
    }
}
