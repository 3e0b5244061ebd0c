package ai.auditor.text.internal.jinja;

import java.util.Collection;

/**
 * How much a value holds, counted when it is made: lists of lists of one list grow without new memory, but whoever prints or
 * compares them walks through all of it.
 *
 * @param weight characters and items in it, each as often as it is reached
 * @param depth how deep it nests
 */
record Extent(long weight, int depth) {
    static final Extent ONE = new Extent(1, 0);
    /** A whole chat with room to spare. */
    static final long MAX_WEIGHT = 32L << 20;

    static Extent of(Collection<Value> values) {
        long weight = 1;
        int depth = 0;
        for (Value value : values) {
            Extent extent = value.extent();
            weight += extent.weight();
            depth = Math.max(depth, extent.depth());
            if (weight > MAX_WEIGHT || depth >= Run.MAX_DEPTH) {
                throw new Fault("a value holds too much, or nests deeper than " + Run.MAX_DEPTH + " levels");
            }
        }
        return new Extent(weight, depth + 1);
    }
}
