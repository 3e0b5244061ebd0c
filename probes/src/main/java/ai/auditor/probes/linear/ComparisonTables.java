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

/** What a comparison of datasets saw, as tables of at most 80 characters a line; names are cut where they are long, and numbered. */
public final class ComparisonTables {
    /** Pairs that are listed: all of ten datasets. */
    private static final int LISTED = 45;

    /** Code points of a name where two of them stand in a line. */
    private static final int SHORT_NAME = 14;

    /** Code points of a name beside the counts of its rows. */
    private static final int LONG_NAME = 32;

    /** Columns of a table of confusions. */
    private static final int SIDE_BY_SIDE = 11;

    private static final double PER_CENT = 100;

    /** Pairs that are named in a sentence. */
    private static final int NAMED_PAIRS = 6;

    /** The level of the standard policy. */
    private static final double LEVEL = Policy.standard().alpha();

    private ComparisonTables() {}

    /** All tables: the datasets, how often the probe was right, each against the rest, what was taken for what, pairs, what was chosen. */
    public static List<Table> of(DatasetComparison comparison) {
        List<Table> tables = new ArrayList<>();
        tables.add(datasets(comparison));
        tables.add(accuracy(comparison));
        tables.add(rest(comparison));
        int classes = comparison.datasets().size();
        for (int first = 0; first < classes; first += SIDE_BY_SIDE) {
            tables.add(confusion(comparison, first, Math.min(classes, first + SIDE_BY_SIDE)));
        }
        tables.add(pairs(comparison));
        tables.add(chosen(comparison));
        return tables;
    }

    /** What was found, in sentences: which datasets differ beyond format and length, by the pairs. */
    public static List<String> found(DatasetComparison comparison) {
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
                .map(pair -> name(comparison, pair.first()) + " and " + name(comparison, pair.second()))
                .collect(Collectors.joining("; "));
        return List.of(apart.size() + " of " + comparison.pairs().size()
                + " pairs were told apart beyond format and length" + level
                + (apart.size() > NAMED_PAIRS ? " The clearest: " : " They are: ") + pairs
                + ". Numbers are places on the command line, 0 is the control.");
    }

    private static Table datasets(DatasetComparison comparison) {
        return new Table(
                "Datasets; 0 is the control",
                List.of("dataset", "rows", "took part", "bad", "over the context"),
                IntStream.range(0, comparison.datasets().size())
                        .mapToObj(place -> {
                            Source source = comparison.datasets().get(place);
                            return List.of(
                                    longName(comparison, place),
                                    NumberText.count(source.rows()),
                                    NumberText.count(comparison.design().rows()),
                                    NumberText.count(source.badRows()),
                                    NumberText.count(source.longRows()));
                        })
                        .toList());
    }

    private static Table accuracy(DatasetComparison comparison) {
        return new Table(
                "Held-out rows given to their dataset, %",
                List.of("", "accuracy", "95 %"),
                List.of(
                        List.of("linear probe", perCent(comparison.accuracy()), perCentInterval(comparison.accuracy())),
                        List.of(
                                "format and length alone",
                                perCent(comparison.baselineAccuracy()),
                                perCentInterval(comparison.baselineAccuracy())),
                        List.of(
                                "chance",
                                String.format(
                                        Locale.ROOT,
                                        "%.1f",
                                        PER_CENT / comparison.datasets().size()),
                                "")));
    }

    private static Table rest(DatasetComparison comparison) {
        return new Table(
                "Each against the rest (AUROC a row; no p can be below " + p(comparison.smallestRestP()) + ")",
                List.of("dataset", "AUROC", "95 %", "format", "p if all alike"),
                IntStream.range(0, comparison.rest().size())
                        .mapToObj(place -> Stream.concat(
                                        Stream.of(name(comparison, place)),
                                        cells(comparison.rest().get(place)))
                                .toList())
                        .toList());
    }

    private static Table confusion(DatasetComparison comparison, int first, int end) {
        return new Table(
                "Which dataset (row) was taken for which (column), % of held-out rows",
                Stream.concat(Stream.of("dataset"), IntStream.range(first, end).mapToObj(Integer::toString))
                        .toList(),
                IntStream.range(0, comparison.confusion().size())
                        .mapToObj(truth -> Stream.concat(
                                        Stream.of(name(comparison, truth)),
                                        comparison.confusion().get(truth).subList(first, end).stream()
                                                .map(share -> String.format(Locale.ROOT, "%.0f", PER_CENT * share)))
                                .toList())
                        .toList());
    }

    private static Table pairs(DatasetComparison comparison) {
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
                                        Stream.of(name(comparison, pair.first()), name(comparison, pair.second())),
                                        cells(pair.separation()))
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

    private static Table chosen(DatasetComparison comparison) {
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

    /** The name of the file, its ending left out, and the number, which tells it from others that are cut to the same. */
    private static String name(DatasetComparison comparison, int place) {
        String file = file(comparison, place);
        int ending = file.lastIndexOf('.');
        return numbered(ending > 0 ? file.substring(0, ending) : file, SHORT_NAME, place);
    }

    private static String longName(DatasetComparison comparison, int place) {
        return numbered(file(comparison, place), LONG_NAME, place);
    }

    /** What paths begin with they have in common; where two files are called alike, the folder is told too. */
    private static String file(DatasetComparison comparison, int place) {
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

    private static String numbered(String name, int longest, int place) {
        return Printable.cut(Printable.line(name), longest) + " (" + place + ")";
    }

    private static String perCent(Estimate share) {
        return String.format(Locale.ROOT, "%.1f", PER_CENT * share.value());
    }

    private static String perCentInterval(Estimate share) {
        return String.format(
                Locale.ROOT,
                "%.1f..%.1f",
                PER_CENT * share.interval().low(),
                PER_CENT * share.interval().high());
    }

    private static String auroc(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String p(double value) {
        return NumberText.p(value, 0);
    }
}
