package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.probes.internal.Folds;
import ai.auditor.probes.internal.FormatTerms;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.linear.DatasetComparison.Choice;
import ai.auditor.probes.linear.DatasetComparison.Pair;
import ai.auditor.probes.linear.DatasetComparison.Separation;
import ai.auditor.stats.Auroc;
import ai.auditor.stats.BlockPermutations;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.FamilyWise;
import ai.auditor.stats.MaxStatistic;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How far classes can be told apart: by softmax regressions on activations, each fitted and chosen on one part and scoring the other, beside those on
 * format and length. Each p is of what format and length leave of the scores.
 */
final class ClassComparison {
    /** Random relabellings behind a p. */
    static final int EXCHANGES = 9_999;

    /** What a pair of classes must be able to reach, all pairs held together. */
    private static final double REACHABLE = 0.01;

    private final BlockDesign design;
    private final double[][] format;
    private final Progress progress;
    private final ClassScores probe;
    private final ClassScores baseline;

    private ClassComparison(
            BlockDesign design, List<Inputs.Activations> activations, double[][] format, Progress progress) {
        this.design = design;
        this.format = format;
        this.progress = progress;
        this.baseline = new SoftmaxFits(design, List.of(new Inputs.Format(format)), Progress.NONE).heldOut();
        this.probe = new SoftmaxFits(design, activations, progress).heldOut();
    }

    /**
     * What came of it; classes by their numbers.
     *
     * @param accuracy share of held-out rows whose class the probe named
     * @param baseline the same of format and length alone
     * @param confusion share of a class's held-out rows that the probe took for each class, {@code [true][taken for]}
     * @param rest each class against all others, {@code [classes]}
     * @param pairs every two classes, the smaller number first
     * @param smallestPairP the smallest p that the exchanges can give a pair, all pairs held together
     * @param probes what was chosen for each part
     * @param baselines what was chosen for each part of format and length
     * @param shortOfRows what a reader must know where rows are too few to take all of format and length off
     */
    record Outcome(
            Estimate accuracy,
            Estimate baseline,
            double[][] confusion,
            List<Separation> rest,
            List<Pair> pairs,
            double smallestPairP,
            List<Choice> probes,
            List<Choice> baselines,
            Optional<String> shortOfRows) {}

    /**
     * Compares.
     *
     * @param activations at each point, of all rows of the design
     * @param format features of format and length, {@code [rows][features]}
     */
    static Outcome of(BlockDesign design, List<Inputs.Activations> activations, double[][] format, Progress progress) {
        return new ClassComparison(design, activations, format, progress).outcome();
    }

    /** The smallest p that a class can have against the rest, both parts together. */
    static double smallestRestP() {
        return BlockDesign.PARTS * PValue.smallest(EXCHANGES);
    }

    private Outcome outcome() {
        int pairs = design.classes() * (design.classes() - 1) / 2;
        int exchanges = pairExchanges(pairs);
        int rows = IntStream.range(0, BlockDesign.PARTS)
                .map(s -> design.folds().heldOut(s).length)
                .min()
                .orElse(0);
        return new Outcome(
                accuracy(probe),
                accuracy(baseline),
                confusion(),
                rest(),
                pairs(exchanges),
                Math.min(1, pairs * BlockDesign.PARTS * PValue.smallest(exchanges)),
                probe.chosen(),
                baseline.chosen(),
                // A pair has the fewest rows.
                FormatTerms.shortOfRows(2 * rows / design.classes(), format[0].length));
    }

    /** Their bits take less room than the activations of the rows that they exchange. */
    private static int pairExchanges(int pairs) {
        return Math.max(EXCHANGES, (int) StrictMath.ceil(BlockDesign.PARTS * pairs / REACHABLE) - 1);
    }

    private Estimate accuracy(ClassScores scores) {
        boolean[] right = new boolean[design.rows()];
        for (int row = 0; row < right.length; row++) {
            right[row] = scores.predicted(row) == design.label(row);
        }
        Bootstrap bootstrap = bootstrap(IntStream.range(0, right.length).toArray(), "accuracy");
        int[] once = new int[right.length];
        Arrays.fill(once, 1);
        return new Estimate(share(right, once), bootstrap.interval(weights -> share(right, weights)));
    }

    private static double share(boolean[] right, int[] weights) {
        long whole = 0;
        long part = 0;
        for (int row = 0; row < right.length; row++) {
            whole += weights[row];
            part += right[row] ? weights[row] : 0;
        }
        return (double) part / whole;
    }

    private double[][] confusion() {
        double[][] confusion = new double[design.classes()][design.classes()];
        for (int row = 0; row < design.rows(); row++) {
            confusion[design.label(row)][probe.predicted(row)] += 1.0 / design.blocks();
        }
        return confusion;
    }

    private List<Separation> rest() {
        double[] p = restP();
        List<Separation> separations = new ArrayList<>();
        int[] all = IntStream.range(0, design.rows()).toArray();
        for (int c = 0; c < design.classes(); c++) {
            progress.report("each against the rest", c, design.classes(), "datasets");
            double[] scores = new double[design.rows()];
            double[] formatScores = new double[design.rows()];
            for (int s = 0; s < BlockDesign.PARTS; s++) {
                int[] rows = design.folds().heldOut(s);
                HeldOut.put(scores, rows, probe.odds(c, rows));
                HeldOut.put(formatScores, rows, baseline.odds(c, rows));
            }
            boolean[] own = new boolean[design.rows()];
            for (int row : all) {
                own[row] = design.label(row) == c;
            }
            separations.add(separation(scores, formatScores, own, all, p[c]));
        }
        return separations;
    }

    /** Family-wise over the classes: within each part by the largest statistic under shared permutations. */
    private double[] restP() {
        double[][] byPart = new double[BlockDesign.PARTS][];
        for (int s = 0; s < BlockDesign.PARTS; s++) {
            AuditException.checkInterrupted();
            progress.report("permutations", s, BlockDesign.PARTS, "parts");
            int[] rows = design.folds().heldOut(s);
            FormatTerms terms = FormatTerms.of(format, rows);
            double[][] left = new double[design.classes()][];
            for (int c = 0; c < left.length; c++) {
                left[c] = terms.beyond(probe.odds(c, rows), HeldOut.standardised(baseline.odds(c, rows)));
            }
            byPart[s] = MaxStatistic.of(new BlockPermutations(
                                    design.classes(),
                                    rows.length / design.classes(),
                                    EXCHANGES,
                                    design.seed("permutations/" + s))
                            .studentised(left))
                    .p();
        }
        return IntStream.range(0, design.classes())
                .mapToDouble(c -> PValue.twiceMedian(
                        Arrays.stream(byPart).mapToDouble(p -> p[c]).toArray()))
                .toArray();
    }

    private List<Pair> pairs(int count) {
        Folds folds = design.folds();
        List<Exchanges> exchanges = new ArrayList<>();
        for (int s = 0; s < BlockDesign.PARTS; s++) {
            exchanges.add(Exchanges.ofPairs(
                    folds.heldOut(s).length / design.classes(), count, design.seed("exchanges/" + s)));
        }
        List<Pair> raw = new ArrayList<>();
        for (int first = 0; first < design.classes(); first++) {
            progress.report("each against each", first, design.classes(), "datasets");
            for (int second = first + 1; second < design.classes(); second++) {
                raw.add(pair(first, second, exchanges));
            }
        }
        double[] p = FamilyWise.holm(
                raw.stream().mapToDouble(pair -> pair.separation().p()).toArray());
        return IntStream.range(0, raw.size())
                .mapToObj(i -> new Pair(
                        raw.get(i).first(),
                        raw.get(i).second(),
                        new Separation(
                                raw.get(i).separation().auroc(),
                                raw.get(i).separation().baseline(),
                                p[i])))
                .toList();
    }

    /** Two classes, their p alone. */
    private Pair pair(int first, int second, List<Exchanges> exchanges) {
        AuditException.checkInterrupted();
        int[] all = design.pair(IntStream.range(0, design.rows()).toArray(), first, second);
        double[] scores = new double[design.rows()];
        double[] formatScores = new double[design.rows()];
        double[] p = new double[BlockDesign.PARTS];
        for (int s = 0; s < BlockDesign.PARTS; s++) {
            int[] rows = design.pair(design.folds().heldOut(s), first, second);
            double[] odds = probe.odds(first, second, rows);
            HeldOut.put(scores, rows, odds);
            HeldOut.put(formatScores, rows, baseline.odds(first, second, rows));
            p[s] = PValue.greater(exchanges
                    .get(s)
                    .studentised(FormatTerms.of(format, rows).beyond(odds, Vectors.taking(formatScores, rows))));
        }
        boolean[] own = new boolean[all.length];
        for (int i = 0; i < all.length; i++) {
            own[i] = design.label(all[i]) == first;
        }
        return new Pair(
                first,
                second,
                separation(
                        Vectors.taking(scores, all),
                        Vectors.taking(formatScores, all),
                        own,
                        all,
                        PValue.twiceMedian(p)));
    }

    private Separation separation(double[] scores, double[] formatScores, boolean[] own, int[] rows, double p) {
        return new Separation(
                new Estimate(Auroc.of(scores, own), bootstrap(rows, "auroc").auroc(scores, own)),
                Auroc.of(formatScores, own),
                p);
    }

    private Bootstrap bootstrap(int[] rows, String purpose) {
        return Bootstrap.overGroups(
                IntStream.of(rows).map(row -> design.groups()[row]).toArray(),
                Bootstrap.REPLICATES,
                Estimate.LEVEL,
                design.seed("bootstrap/" + purpose));
    }
}
