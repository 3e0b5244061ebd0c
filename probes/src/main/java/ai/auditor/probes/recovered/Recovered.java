package ai.auditor.probes.recovered;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.probe.VectorTraining;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.ResidualStream;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The vectors of one point, trained with every part of the prompts left out in turn.
 *
 * @param halves by the part that was left out
 */
record Recovered(Point point, List<Half> halves) {
    Recovered {
        halves = List.copyOf(halves);
    }

    /**
     * Two vectors trained on the same prompts.
     *
     * @param heldOut places in the probe's rows of those that were not trained on
     * @param candidate trained on the candidate's rows
     * @param control trained on the control's
     */
    record Half(int[] heldOut, double[] candidate, double[] control) {
        /** What the candidate's rows teach beyond the control's. */
        double[] difference() {
            return Vectors.difference(candidate, control);
        }
    }

    /**
     * Trains them: two for each part.
     *
     * @param rows indexes of study rows, sorted, of pairs both or none
     */
    static Recovered train(Study study, int[] rows, Point point, RecoveredProbe.Settings settings) {
        double spread = ResidualStream.medianLength(study, point) / StrictMath.sqrt(width(study, point));
        VectorTraining training = new VectorTraining(
                settings.rate() * spread,
                settings.epochs(),
                settings.batchRows(),
                study.seed("probes/recovered/" + point));
        boolean[] labels = Labels.of(study, rows);
        int[] part = study.part();
        List<Half> halves = new ArrayList<>();
        for (int s = 0; s < study.parts(); s++) {
            int left = s;
            int[] heldOut = places(rows, i -> part[rows[i]] == left);
            int[] candidates = places(rows, i -> part[rows[i]] != left && labels[i]);
            int[] controls = places(rows, i -> part[rows[i]] != left && !labels[i]);
            if (heldOut.length == 0 || candidates.length == 0 || controls.length == 0) {
                throw new AuditException(
                        AuditException.Code.NOTHING_TO_AUDIT,
                        "a part of the prompts has no rows to train a vector on, or none to try it on; allow more prompts"
                                + " (--costly-prompts)");
            }
            halves.add(new Half(
                    heldOut,
                    trained(study, of(rows, candidates), point, training, "candidate", s),
                    trained(study, of(rows, controls), point, training, "control", s)));
        }
        return new Recovered(point, halves);
    }

    private static double[] trained(
            Study study, int[] rows, Point point, VectorTraining training, String arm, int part) {
        AuditException.checkInterrupted();
        String stage = "training a vector at " + point + " on the " + arm + ", " + (part + 1) + " of " + study.parts();
        return Vectors.doubles(study.trainedVector(stage, rows, point, training));
    }

    private static int width(Study study, Point point) {
        return study.vectors().at(point).get(0).vector().length;
    }

    private static int[] places(int[] rows, IntPredicate wanted) {
        return IntStream.range(0, rows.length).filter(wanted).toArray();
    }

    /** The rows at some places. */
    static int[] of(int[] rows, int[] places) {
        return Arrays.stream(places).map(i -> rows[i]).toArray();
    }

    /** What the candidate's rows teach beyond the control's, over all parts. */
    double[] difference() {
        return Vectors.mean(halves.stream().map(Half::difference).toList());
    }

    /** Mean length of the control's vectors: what training on data of no interest makes. */
    double controlLength() {
        return halves.stream()
                .mapToDouble(half -> Vectors.norm(half.control()))
                .average()
                .orElse(0);
    }

    /** The smallest cosine between the differences of two parts: whether they found the same. */
    double agreement() {
        double smallest = 1;
        for (int i = 0; i < halves.size(); i++) {
            for (int j = 0; j < i; j++) {
                smallest = Math.min(
                        smallest,
                        Vectors.cosine(halves.get(i).difference(), halves.get(j).difference()));
            }
        }
        return smallest;
    }
}
