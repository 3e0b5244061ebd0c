package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import java.util.List;

/**
 * What one pass of the model is to bring back; immutable, so that a pass has no hidden state.
 *
 * @param points where activations are read
 * @param poolings how positions become one vector, for every point
 * @param nll whether the mean NLL of each row (nats per completion token) is wanted: the pass then goes to the end; always with a gradient
 * @param gradient whether the gradient of each row's mean NLL at every point is wanted too
 * @param interventions done in the forward pass
 */
public record CapturePlan(
        List<Point> points, List<Pooling> poolings, boolean nll, boolean gradient, List<Intervention> interventions) {
    /** @throws AuditException {@code USAGE} for a gradient without a point to take it at */
    public CapturePlan {
        if (gradient && points.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE, "a gradient is taken at points: name one or more, or ask for none");
        }
        nll = nll || gradient;
        points = points.stream().distinct().sorted().toList();
        poolings = poolings.stream().distinct().sorted().toList();
        interventions = List.copyOf(interventions);
    }

    /** Activations only: the pass stops after the deepest point. */
    public static CapturePlan activations(List<Point> points, List<Pooling> poolings) {
        return activations(points, poolings, List.of());
    }

    /** The same under interventions. */
    public static CapturePlan activations(
            List<Point> points, List<Pooling> poolings, List<Intervention> interventions) {
        return new CapturePlan(points, poolings, false, false, interventions);
    }

    /** Activations, the likelihood of the rows, and its gradients: the pass goes to the end and back. */
    public static CapturePlan gradients(List<Point> points, List<Pooling> poolings) {
        return new CapturePlan(points, poolings, true, true, List.of());
    }

    /** The likelihood of the rows only, under interventions if any. */
    public static CapturePlan likelihood(List<Intervention> interventions) {
        return new CapturePlan(List.of(), List.of(), true, false, interventions);
    }
}
