package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Python's {@code list} or {@code tuple}; the sandbox changes neither. */
record Sequence(Kind kind, List<Value> values, Extent extent) implements Value {
    enum Kind {
        LIST,
        TUPLE
    }

    Sequence(Kind kind, List<Value> values) {
        this(kind, List.copyOf(values), Extent.of(values));
    }

    static Sequence list(List<Value> values) {
        return new Sequence(Kind.LIST, values);
    }

    static Sequence tuple(Value... values) {
        return new Sequence(Kind.TUPLE, List.of(values));
    }

    @Override
    public String type() {
        return kind == Kind.LIST ? "list" : "tuple";
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(values.size());
    }

    @Override
    public Iterator<Value> iterator() {
        return values.iterator();
    }

    @Override
    public @Nullable Value attribute(String name) {
        return CollectionMethods.of(this, name);
    }

    @Override
    public @Nullable Value item(Value key) {
        OptionalInt index = Slices.index(key, values.size());
        return index.isEmpty() ? null : values.get(index.getAsInt());
    }
}
