package ai.auditor.probes.gradient;

import ai.auditor.AuditException;
import ai.auditor.capture.Pooling;
import ai.auditor.direction.Direction;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Ranking;
import ai.auditor.stats.Covariance;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.ShiftSize;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What each published convention of the gradient method makes of the same rows. They are told and not tested: each that is tested
 * would cost the others power.
 */
final class Conventions {
    /** What is done about where the control's rows pull. */
    enum Control {
        SUBTRACTED("subtracted"),
        /** Beyond that, nothing along the control's mean counts, however far the candidate goes there. */
        PROJECTED_OUT("projected out");

        private final String words;

        Control(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }

        /**
         * Rows of which the difference of class means is the candidate's mean pull without the control's: what is projected out leaves
         * nothing of the control's mean to subtract.
         *
         * @param pull {@code [rows, d_model]}
         * @param controls places of the control's rows
         */
        Matrix freed(Matrix pull, int[] controls) {
            return switch (this) {
                case SUBTRACTED -> pull;
                case PROJECTED_OUT -> without(pull, Labels.mean(pull, controls));
            };
        }

        private static Matrix without(Matrix pull, double[] direction) {
            double square = Vectors.squaredNorm(direction);
            float[] freed = pull.values().clone();
            for (int i = 0; i < pull.rows() && square > 0; i++) {
                double share = pull.dot(i, direction) / square;
                for (int j = 0; j < direction.length; j++) {
                    freed[i * direction.length + j] -= (float) (share * direction[j]);
                }
            }
            return new Matrix(pull.rows(), pull.columns(), freed);
        }
    }

    /** Where directions are compared. */
    enum Metric {
        RAW("raw"),
        /**
         * After the inverse of the control's covariance, shrunk. A vector that is added to a model moves its mean gradient by the covariance
         * of gradients times that vector (to second order, the Fisher information), so this gives the vector back.
         */
        WHITENED("whitened");

        private final String words;

        Metric(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }

        /**
         * The direction in which the candidate's rows pull and the control's do not.
         *
         * @param freed rows by {@link Control#freed}
         * @param candidates places of the candidate's rows
         * @param controls places of the control's
         * @return empty where the control does not vary and should be white
         */
        Optional<double[]> direction(Matrix freed, int[] candidates, int[] controls) {
            double[] shift = Vectors.difference(Labels.mean(freed, candidates), Labels.mean(freed, controls));
            return switch (this) {
                case RAW -> Optional.of(shift);
                case WHITENED -> {
                    Covariance covariance = Covariance.ledoitWolf(freed, controls);
                    boolean varies = IntStream.range(0, covariance.dimension()).anyMatch(j -> covariance.at(j, j) > 0);
                    yield varies ? Optional.of(covariance.cholesky().solve(shift)) : Optional.empty();
                }
            };
        }
    }

    private static final String NOT_THERE = "-";

    private final Study study;
    private final Contrasts contrasts;
    private final int[] candidates;
    private final int[] controls;
    private final List<List<String>> told = new ArrayList<>();

    Conventions(Study study, int[] rows, Contrasts contrasts) {
        this.study = study;
        this.contrasts = contrasts;
        this.candidates = Labels.places(study, rows, true);
        this.controls = Labels.places(study, rows, false);
    }

    /** Tells of the pulls of one pooling at one point, {@code [rows, d_model]}. */
    void add(Point point, Pooling pooling, Matrix pull) {
        List<Direction> traits = study.vectors().at(point);
        if (traits.isEmpty()) {
            return;
        }
        for (Control control : Control.values()) {
            AuditException.checkInterrupted();
            Matrix freed = control.freed(pull, controls);
            String size =
                    Cells.number(ShiftSize.of(freed, contrasts.exchanges()).tSquared());
            for (Metric metric : Metric.values()) {
                List<String> cells = new ArrayList<>(
                        List.of(point.toString(), pooling.toString(), control.toString(), metric.toString()));
                cells.addAll(metric.direction(freed, candidates, controls)
                        .map(direction ->
                                first(direction, traits, study.vectors().placebosAt(point)))
                        .orElseGet(() -> List.of(NOT_THERE, NOT_THERE, NOT_THERE, NOT_THERE)));
                cells.add(size);
                told.add(cells);
            }
        }
    }

    /** The traits that lie nearest to a direction. */
    private static List<String> first(double[] direction, List<Direction> traits, List<Direction> placebos) {
        double[] cosines = cosines(direction, traits);
        int[] order = Ranking.descending(cosines);
        double largest = cosines[order[0]];
        return List.of(
                traits.get(order[0]).name(),
                Cells.number(largest),
                order.length > 1 ? traits.get(order[1]).name() + " " + Cells.number(cosines[order[1]]) : NOT_THERE,
                Cells.atOrAbove(cosines(direction, placebos), largest));
    }

    static double[] cosines(double[] direction, List<Direction> directions) {
        return directions.stream()
                .mapToDouble(one -> Vectors.cosine(direction, Vectors.doubles(one.vector())))
                .toArray();
    }

    Table table() {
        return new Table(
                "Conventions of the gradient method: the trait that each puts first (tested is completion-mean, subtracted, raw)",
                List.of(
                        "point",
                        "pooled over",
                        "control",
                        "metric",
                        "first",
                        "cosine",
                        "next",
                        "placebos at or above",
                        "T²"),
                told);
    }
}
