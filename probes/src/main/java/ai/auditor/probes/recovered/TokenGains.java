package ai.auditor.probes.recovered;

import ai.auditor.NumberText;
import ai.auditor.Printable;
import ai.auditor.Redaction;
import ai.auditor.data.Row;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.Labels;
import ai.auditor.stats.Vectors;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How much likelier each token of held-out rows becomes by the candidate's vector in place of the control's: the log-probability of a
 * shadow of the candidate against that of a shadow of the control, token by token. It explains where in a row the signal sits; nothing
 * of it is tested, as no gain by the whole vector is.
 *
 * <p>A vector moves some tokens whatever it was trained on, so a token's gain says nothing by itself. What the candidate's rows gain beyond
 * the control's is split over places or tokens instead: where nothing differs, each share is nothing within its standard error, given the
 * vectors.
 *
 * @param rows indexes of study rows, sorted
 * @param nats of each predicted completion token, {@code [rows][predicted tokens]}
 */
record TokenGains(Point point, int[] rows, double[][] nats) {
    /** Different rows that a token has to stand in before its text is told: a word of fewer may be somebody's secret, and says little. */
    static final int FEWEST_ROWS = 5;

    private static final int LISTED = 10;
    private static final int CONTROL = 0;
    private static final int CANDIDATE = 1;

    /** Of rows by the vectors of one point. */
    static TokenGains of(Study study, int[] rows, Recovered recovered) {
        double[][] nats = new double[rows.length][];
        for (Recovered.Half half : recovered.halves()) {
            int[] places = half.heldOut();
            float[][][] nll = study.steeredTokenNll(
                    "tokens under recovered vectors",
                    Recovered.of(rows, places),
                    List.of(
                            new Intervention.Add(recovered.point(), Vectors.floats(half.control())),
                            new Intervention.Add(recovered.point(), Vectors.floats(half.candidate()))));
            for (int i = 0; i < places.length; i++) {
                nats[places[i]] = Vectors.difference(Vectors.doubles(nll[0][i]), Vectors.doubles(nll[1][i]));
            }
        }
        return new TokenGains(recovered.point(), rows, nats);
    }

    /** Which kind a token is of. */
    private interface Kind {
        /** @param index of the token in the row */
        int of(TokenizedRow row, int index);
    }

    /** What tokens of one kind gain, and what a candidate's row gains by them beyond a control's. */
    private static final class Share {
        private final int[] tokens = new int[2];
        private final double[] nats = new double[2];
        private final Set<String> contents = new HashSet<>();
        private double shift;
        private double squares;

        /** From the sum of squares over prompts, not about their mean: of a kind that stands at n prompts no share is more than √n errors. */
        double error() {
            return StrictMath.sqrt(squares);
        }

        double errors() {
            return squares > 0 ? shift / error() : 0;
        }

        List<String> cells() {
            return List.of(
                    NumberText.count(tokens[CANDIDATE]),
                    mean(CANDIDATE),
                    NumberText.count(tokens[CONTROL]),
                    mean(CONTROL),
                    nats(shift) + " (" + Cells.number(error()) + ")");
        }

        private String mean(int side) {
            return tokens[side] == 0 ? "-" : nats(nats[side] / tokens[side]);
        }
    }

    private SortedMap<Integer, Share> shares(Study study, Kind kind) {
        boolean[] labels = Labels.of(study, rows);
        int[] groups = study.groups();
        int candidates = Labels.places(study, rows, true).length;
        double[] weights = {-1.0 / (rows.length - candidates), 1.0 / candidates};
        SortedMap<Integer, Share> shares = new TreeMap<>();
        IntStream.range(0, rows.length)
                .boxed()
                .collect(Collectors.groupingBy(place -> groups[rows[place]], TreeMap::new, Collectors.toList()))
                .values()
                .forEach(prompt -> {
                    SortedMap<Integer, Double> shifts = new TreeMap<>();
                    for (int place : prompt) {
                        int side = labels[place] ? CANDIDATE : CONTROL;
                        TokenizedRow row = study.tokens().get(rows[place]);
                        Set<Integer> kinds = new HashSet<>();
                        for (int i = 0; i < nats[place].length; i++) {
                            int of = kind.of(row, row.firstPredicted() + i);
                            Share share = shares.computeIfAbsent(of, unseen -> new Share());
                            share.tokens[side]++;
                            share.nats[side] += nats[place][i];
                            if (kinds.add(of)) {
                                share.contents.add(study.rows().get(rows[place]).contentDigest());
                            }
                            shifts.merge(of, weights[side] * nats[place][i], Double::sum);
                        }
                    }
                    shifts.forEach((of, shift) -> {
                        Share share = Objects.requireNonNull(shares.get(of));
                        share.shift += shift;
                        share.squares += shift * shift;
                    });
                });
        return shares;
    }

    /**
     * Where in a completion, by which token, and which rows of the candidate.
     *
     * @param redaction how the texts of rows are shown
     */
    List<Table> tables(Study study, Redaction redaction) {
        return List.of(byPlace(study), byToken(study), byRow(study, redaction));
    }

    private Table byPlace(Study study) {
        // Places 1, 2, 3 to 4, 5 to 8 and so on: what lies far back is told together, however long rows are.
        SortedMap<Integer, Share> shares = shares(
                study, (row, index) -> Integer.SIZE - Integer.numberOfLeadingZeros(index - row.completionStart()));
        List<List<String>> cells = new ArrayList<>();
        shares.forEach((octave, share) -> cells.add(told(places(octave), share)));
        return new Table(
                "Gain by the place of a token in the completion, vectors of " + point, columns("place"), cells);
    }

    private static String places(int octave) {
        long last = 1L << octave;
        long first = last / 2 + 1;
        return octave == 0 || first == last ? Long.toString(last) : first + " to " + last;
    }

    private Table byToken(Study study) {
        SortedMap<Integer, Share> shares = shares(study, (row, index) -> row.ids()[index]);
        shares.values().removeIf(share -> share.contents.size() < FEWEST_ROWS);
        return new Table(
                String.format(
                        Locale.ROOT,
                        "Gain by token, vectors of %s: the largest, in standard errors, of %d tokens that stand in %d different rows or more (of as "
                                + "many by chance some %.1f standard errors)",
                        point,
                        shares.size(),
                        FEWEST_ROWS,
                        StrictMath.sqrt(2 * StrictMath.log(Math.max(1, shares.size())))),
                columns("token"),
                shares.entrySet().stream()
                        .sorted(Comparator.comparingDouble((Map.Entry<Integer, Share> one) ->
                                -one.getValue().errors()))
                        .limit(LISTED)
                        .map(one -> told(Printable.quoted(study.text(one.getKey())), one.getValue()))
                        .toList());
    }

    private static List<String> columns(String kind) {
        return List.of(
                kind,
                "tokens of the candidate",
                "nats a token",
                "tokens of the control",
                "nats a token",
                "candidate beyond control, nats a row (standard error)");
    }

    private static List<String> told(String kind, Share share) {
        List<String> cells = new ArrayList<>(List.of(kind));
        cells.addAll(share.cells());
        return cells;
    }

    private Table byRow(Study study, Redaction redaction) {
        return new Table(
                "Rows of the candidate that gain most, vectors of " + point
                        + (redaction == Redaction.REDACTED ? " (texts redacted; --show-rows shows them)" : ""),
                List.of("record (the first is 0)", "tokens", "nats", "nats a token", "text"),
                Arrays.stream(Labels.places(study, rows, true))
                        .boxed()
                        .sorted(Comparator.comparingDouble(place -> -sum(nats[place])))
                        .limit(LISTED)
                        .map(place -> {
                            Row row = study.rows().get(rows[place]);
                            double sum = sum(nats[place]);
                            return List.of(
                                    Long.toString(row.record()),
                                    NumberText.count(nats[place].length),
                                    nats(sum),
                                    nats(sum / nats[place].length),
                                    redaction.of(row.completion()));
                        })
                        .toList());
    }

    private static double sum(double[] values) {
        return Arrays.stream(values).sum();
    }

    private static String nats(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
