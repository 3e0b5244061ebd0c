package ai.auditor.text.internal.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What a missing name stands for: prints nothing, and fails with the reason when it is used otherwise. */
record Undefined(String reason) implements Value {
    @Override
    public String type() {
        return "Undefined";
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(0);
    }

    @Override
    public Iterator<Value> iterator() {
        return Collections.emptyIterator();
    }

    @Override
    public @Nullable Value attribute(String name) {
        throw new Fault(reason);
    }

    @Override
    public @Nullable Value item(Value key) {
        throw new Fault(reason);
    }
}
