package ai.auditor.model;

import ai.auditor.tensor.WeightType;
import java.util.List;

/**
 * How a decoder is loaded.
 *
 * @param fused whether to take the fused kernels; the plain ones are slow and serve as a check
 * @param weights how matrices are held; the plain kernels have them in 32 bits always
 * @param stops where passes stop, so that nothing behind is loaded; empty for passes that go to the end
 */
public record Loading(boolean fused, WeightType weights, List<Point> stops) {
    public Loading {
        stops = List.copyOf(stops);
    }

    /** All blocks, matrices in 32 bits. */
    public static Loading whole(boolean fused) {
        return new Loading(fused, WeightType.FLOAT32, List.of());
    }

    /** How many blocks are loaded, from the first on. */
    int blocks(ModelFacts facts) {
        return stops.stream()
                .mapToInt(point -> Math.min(facts.layers(), point.blocksNeeded(facts)))
                .max()
                .orElse(facts.layers());
    }
}
