package ai.auditor.model;

import ai.auditor.model.internal.Refusal;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** The weights of a decoder as files hold them. */
final class StoredWeights implements WeightSource {
    private final ModelFacts facts;
    private final DecoderWeights weights;
    private final NavigableMap<String, WeightPlace> places = new TreeMap<>();

    StoredWeights(ModelFacts facts, DecoderWeights weights) {
        this.facts = facts;
        this.weights = weights;
        WeightPlace.all(facts).forEach(place -> places.put(place.name(), place));
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(places.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return place(name).storedShape(facts);
    }

    @Override
    public void read(String name, FloatBuffer target) {
        WeightPlace place = place(name);
        target.put(place.stored(facts, weights.values(facts, place)));
    }

    private WeightPlace place(String name) {
        WeightPlace place = places.get(name);
        if (place == null) {
            throw Refusal.of(Path.of(location(name)), name, "there is no such tensor");
        }
        return place;
    }

    @Override
    public void close() {
        // The decoder owns the arrays.
    }
}
