package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A value of the template language, with the behaviour of its Python namesake. */
sealed interface Value
        permits Undefined,
                None,
                Bool,
                Int,
                Real,
                Text,
                Sequence,
                Range,
                View,
                Generator,
                Dict,
                Namespace,
                Loop,
                Callable {

    /** The name of its type in Python. */
    String type();

    /** Python's {@code bool(value)}. */
    default boolean truth() {
        return size().orElse(1) != 0;
    }

    /** Python's {@code len(value)}, or empty where it has none. */
    default OptionalInt size() {
        return OptionalInt.empty();
    }

    /** How much it holds. */
    default Extent extent() {
        return Extent.ONE;
    }

    /** Python's {@code iter(value)}. */
    default Iterator<Value> iterator() {
        throw new Fault("'" + type() + "' object is not iterable");
    }

    /** Python's {@code getattr(value, name)}, or null where there is no such attribute. */
    default @Nullable Value attribute(String name) {
        return null;
    }

    /** Python's {@code value[key]}, or null where it raises a lookup or type error. */
    default @Nullable Value item(Value key) {
        return null;
    }
}
