package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Study;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tests signed scores of some rows of a study under the shared exchanges, and tells their effects. */
public final class Contrasts {
    private static final double LEVEL = 0.95;
    /** Exchanges behind the size of a shift: it is shown, not tested. */
    private static final int SIZE_EXCHANGES = 999;

    private final Study study;
    private final int[] rows;
    private final boolean[] labels;
    private final Bootstrap bootstrap;

    /**
     * Over some rows.
     *
     * @param rows indexes of study rows, sorted, of pairs both or none
     * @param purpose by which seeds of different probes differ
     */
    public Contrasts(Study study, int[] rows, String purpose) {
        this.study = study;
        this.rows = rows;
        this.labels = Labels.of(study, rows);
        this.bootstrap = Bootstrap.overGroups(
                Arrays.stream(rows).map(row -> study.groups()[row]).toArray(),
                study.replicates(),
                LEVEL,
                study.seed("probes/bootstrap/" + purpose));
    }

    /**
     * The costly rows of a study in order; of a pair, both or none.
     *
     * @throws AuditException {@code NOTHING_TO_AUDIT} if they lack a class
     */
    public static int[] costly(Study study) {
        int[] sorted = Arrays.stream(study.costlyRows()).sorted().distinct().toArray();
        int[] kept = study.paired()
                ? Arrays.stream(sorted)
                        .filter(row -> Arrays.binarySearch(sorted, row ^ 1) >= 0)
                        .toArray()
                : sorted;
        if (kept.length == 0 || Labels.oneClass(Labels.of(study, kept))) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT,
                    "no prompt that the gradient and likelihood probes may take has candidate and control rows that fit into"
                            + " the model's context; allow more prompts (--costly-prompts)");
        }
        return kept;
    }

    /**
     * One tested contrast.
     *
     * @param scores one for each of the rows, greater where the row looks more like the trait
     */
    public Evidence.Contrast contrast(
            String name, Optional<String> trait, double[] scores, String measure, Evidence.DecoyPlace place) {
        AuditException.checkInterrupted();
        Exchanged exchanged = study.exchanges().studentised(spread(scores));
        return new Evidence.Contrast(
                name, trait, List.of(exchanged), effect(scores, measure, exchanged), Optional.of(place));
    }

    /** Scores of the rows at their places among all study rows, NaN elsewhere. */
    public double[] spread(double[] scores) {
        double[] all = new double[study.rows().size()];
        Arrays.fill(all, Double.NaN);
        for (int i = 0; i < rows.length; i++) {
            all[rows[i]] = scores[i];
        }
        return all;
    }

    /** Mean of the candidate's scores minus mean of the control's. */
    public double shift(double[] scores) {
        int[] once = new int[scores.length];
        Arrays.fill(once, 1);
        return shift(scores, once);
    }

    /** The studentised shift, as observed. */
    public double statistic(double[] scores) {
        return study.exchanges().studentised(spread(scores)).observed();
    }

    /** Standard deviation of the control's scores: the unit of every effect. */
    public double controlDeviation(double[] scores) {
        return study.exchanges().studentised(spread(scores)).controlDeviation();
    }

    /** The standard error of the shift. */
    public double standardError(double[] scores) {
        return study.exchanges().studentised(spread(scores)).standardError();
    }

    /** Exchanges of these rows alone, by which the size of a shift of all dimensions is told. */
    public Exchanges exchanges() {
        if (rows.length == study.rows().size()) {
            return study.exchanges();
        }
        long seed = study.seed("probes/size-of-shift");
        return study.paired()
                ? Exchanges.ofPairs(rows.length / 2, SIZE_EXCHANGES, seed).relabelled(labels)
                : Exchanges.ofRows(
                        labels,
                        Arrays.stream(rows).map(row -> study.part()[row]).toArray(),
                        SIZE_EXCHANGES,
                        seed);
    }

    private Evidence.Effect effect(double[] scores, String measure, Exchanged exchanged) {
        double unit = exchanged.controlDeviation();
        if (!(unit > 0)) {
            return new Evidence.Effect(measure, 0, new Interval(0, 0, LEVEL));
        }
        Interval interval = bootstrap.interval(weights -> shift(scores, weights) / unit);
        return new Evidence.Effect(measure, exchanged.shift() / unit, interval);
    }

    private double shift(double[] scores, int[] weights) {
        double candidate = 0;
        double control = 0;
        long candidates = 0;
        long controls = 0;
        for (int i = 0; i < scores.length; i++) {
            if (labels[i]) {
                candidate += weights[i] * scores[i];
                candidates += weights[i];
            } else {
                control += weights[i] * scores[i];
                controls += weights[i];
            }
        }
        return candidates == 0 || controls == 0 ? Double.NaN : candidate / candidates - control / controls;
    }
}
