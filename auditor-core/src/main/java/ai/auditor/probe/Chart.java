package ai.auditor.probe;

import ai.auditor.stats.Interval;
import java.util.List;
import java.util.Optional;

/** A chart as data; the report draws it. */
public sealed interface Chart {
    /** One sentence that says what is to be seen. */
    String title();

    /**
     * Two score distributions.
     *
     * @param axis what is measured, with its unit
     */
    record Histogram(String title, String axis, List<Group> groups) implements Chart {
        /** Values of one class. */
        public record Group(String name, double[] values) {}
    }

    /**
     * Curves over a common x, such as bag AUROC against bag size.
     *
     * @param reference a horizontal line to read against (0.5 for an AUROC)
     */
    record Curves(String title, String xAxis, String yAxis, double reference, List<Curve> curves) implements Chart {
        /** One curve. */
        public record Curve(String name, List<CurvePoint> points) {}

        /** A value with its interval. */
        public record CurvePoint(double x, double y, Optional<Interval> interval) {}
    }

    /**
     * Named values against the values of decoys, such as the cosine of every trait.
     *
     * @param decoys values of directions of no interest
     */
    record Strip(String title, String axis, List<Dot> dots, double[] decoys, double[] placebos) implements Chart {
        /** One named value. */
        public record Dot(String name, double value) {}
    }
}
