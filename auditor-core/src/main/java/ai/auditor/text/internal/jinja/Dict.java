package ai.auditor.text.internal.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Python's {@code dict}, in the order of insertion; the sandbox does not change it. Keys are strings, ints or None. */
record Dict(Map<Value, Value> entries, Extent extent) implements Value {
    Dict(Map<Value, Value> entries) {
        this(
                Collections.unmodifiableMap(new LinkedHashMap<>(entries)),
                Extent.of(Stream.concat(entries.keySet().stream(), entries.values().stream())
                        .toList()));
        for (Value key : entries.keySet()) {
            if (!(key instanceof Text || key instanceof Int || key instanceof None)) {
                throw new Fault("a dict key of type " + key.type() + " is not supported");
            }
        }
    }

    boolean has(Value key) {
        return entries.containsKey(normalised(key));
    }

    private static boolean hashable(Value key) {
        return !(key instanceof Dict) && !(key instanceof Sequence sequence && sequence.kind() == Sequence.Kind.LIST);
    }

    /** Python hashes True as 1 and 1.0 as 1; a list has no hash. */
    private static Value normalised(Value key) {
        if (key instanceof Bool bool) {
            return new Int(bool.value() ? 1 : 0);
        }
        if (key instanceof Real real && real.value() == Math.rint(real.value()) && Math.abs(real.value()) < 1L << 53) {
            return new Int((long) real.value());
        }
        if (!hashable(key)) {
            throw new Fault("unhashable type: '" + key.type() + "'");
        }
        return key;
    }

    @Override
    public String type() {
        return "dict";
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(entries.size());
    }

    @Override
    public Iterator<Value> iterator() {
        return entries.keySet().iterator();
    }

    @Override
    public @Nullable Value attribute(String name) {
        return CollectionMethods.of(this, name);
    }

    @Override
    public @Nullable Value item(Value key) {
        return hashable(key) ? entries.get(normalised(key)) : null;
    }
}
