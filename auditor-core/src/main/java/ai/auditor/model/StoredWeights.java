package ai.auditor.model;

import ai.auditor.model.internal.Refusal;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** The weights of a decoder as files hold them. */
final class StoredWeights implements WeightSource {
    private final ModelFacts facts;
    private final DecoderWeights weights;
    /** The weights that each tensor holds. */
    private final NavigableMap<String, List<WeightPlace>> places = new TreeMap<>();

    StoredWeights(ModelFacts facts, DecoderWeights weights) {
        this.facts = facts;
        this.weights = weights;
        WeightPlace.all(facts)
                .forEach(place -> places.computeIfAbsent(place.name(facts), name -> new ArrayList<>())
                        .add(place));
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(places.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return layout(places(name).get(0)).shape();
    }

    @Override
    public void read(String name, FloatBuffer target) {
        List<WeightPlace> parts = places(name);
        float[] tensor = new float[Math.toIntExact(layout(parts.get(0)).size())];
        for (WeightPlace part : parts) {
            float[] values = part.upright(facts, weights.values(facts, part));
            StoredLayout layout = layout(part);
            float offset = facts.family().offsetNorms() && part.role().isNorm() ? 1 : 0;
            int next = 0;
            for (int row = 0; row < layout.rows(); row++) {
                for (int column = 0; column < layout.columns(); column++) {
                    tensor[layout.place(row, column)] = values[next++] - offset;
                }
            }
        }
        target.put(tensor);
    }

    private StoredLayout layout(WeightPlace place) {
        return StoredLayout.of(facts, place.role());
    }

    private List<WeightPlace> places(String name) {
        List<WeightPlace> found = places.get(name);
        if (found == null) {
            throw Refusal.of(Path.of(location(name)), name, "there is no such tensor");
        }
        return found;
    }

    @Override
    public void close() {
        // The decoder owns the arrays.
    }
}
