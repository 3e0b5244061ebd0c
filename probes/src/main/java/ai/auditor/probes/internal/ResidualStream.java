package ai.auditor.probes.internal;

import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.stats.Matrix;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where in the residual stream a study adds vectors, and how long the stream is there. */
public final class ResidualStream {
    /** Depth at which steering vectors were found to work best: two thirds (Hadley and Gultepe 2026). */
    private static final double DEPTH = 2.0 / 3;

    private ResidualStream() {}

    /** The point of the study nearest to two thirds of the depth, of those that have steering vectors. */
    public static Optional<Point> steered(Study study) {
        double wanted = DEPTH * study.blocks() - 1;
        return withVectors(study)
                .min(Comparator.comparingDouble((Point point) -> Math.abs(point.block() - wanted))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** That point, or every point that has steering vectors. */
    public static List<Point> steered(Study study, boolean everyPoint) {
        return everyPoint
                ? withVectors(study).toList()
                : steered(study).stream().toList();
    }

    private static Stream<Point> withVectors(Study study) {
        return study.points().stream()
                .filter(point -> !study.vectors().at(point).isEmpty());
    }

    /** Median length of the rows' pooled stream at a point. */
    public static double medianLength(Study study, Point point) {
        Matrix activations = study.activations().activations(point, Pooling.COMPLETION_MEAN);
        double[] lengths = new double[activations.rows()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = activations.norm(i);
        }
        Arrays.sort(lengths);
        return lengths[lengths.length / 2];
    }
}
