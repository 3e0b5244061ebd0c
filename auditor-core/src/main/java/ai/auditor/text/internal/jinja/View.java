package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;

/** What a dict's {@code keys()}, {@code values()} and {@code items()} give. */
record View(String type, List<Value> values, Extent extent) implements Value {
    View(String type, List<Value> values) {
        this(type, List.copyOf(values), Extent.of(values));
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(values.size());
    }

    @Override
    public Iterator<Value> iterator() {
        return values.iterator();
    }
}
