package ai.auditor.capture;

import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import java.util.List;

/**
 * What one pass of the model is to bring back; immutable, so that a pass has no hidden state.
 *
 * @param points where activations are read
 * @param poolings how positions become one vector, for every point
 * @param nll whether the mean NLL of each row (nats per completion token) is wanted: the pass then goes to the end
 * @param gradient whether the gradient of each row's mean NLL at every point is wanted too
 * @param interventions done in the forward pass
 */
public record CapturePlan(
        List<Point> points, List<Pooling> poolings, boolean nll, boolean gradient, List<Intervention> interventions) {
    public CapturePlan {
        points = points.stream().distinct().sorted().toList();
        poolings = poolings.stream().distinct().sorted().toList();
        interventions = List.copyOf(interventions);
    }

    /** Activations only: the pass stops after the deepest point. */
    public static CapturePlan activations(List<Point> points, List<Pooling> poolings) {
        return new CapturePlan(points, poolings, false, false, List.of());
    }

    /** The likelihood of the rows only, under interventions if any. */
    public static CapturePlan likelihood(List<Intervention> interventions) {
        return new CapturePlan(List.of(), List.of(), true, false, interventions);
    }
}
