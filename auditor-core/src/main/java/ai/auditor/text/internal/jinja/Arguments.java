package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call; the named ones in the order of the source. */
record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** Puts each argument in the place of its parameter, as Python does; the first {@code required} must be given. */
    Bound bind(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new Fault(
                    function + "() takes at most " + parameters.length + " arguments, got " + positional.size());
        }
        @Nullable Value[] values = new @Nullable Value[parameters.length];
        for (int i = 0; i < positional.size(); i++) {
            values[i] = positional.get(i);
        }
        named.forEach((name, value) -> {
            int index = List.of(parameters).indexOf(name);
            if (index < 0) {
                throw new Fault(function + "() got an unexpected keyword argument '" + name + "'");
            }
            if (values[index] != null) {
                throw new Fault(function + "() got multiple values for argument '" + name + "'");
            }
            values[index] = value;
        });
        for (int i = 0; i < required; i++) {
            if (values[i] == null) {
                throw new Fault(function + "() is missing its argument '" + parameters[i] + "'");
            }
        }
        return new Bound(function, values);
    }

    /** The same call without its first positional argument. */
    Arguments rest() {
        return new Arguments(new ArrayList<>(positional.subList(1, positional.size())), named);
    }

    /** Arguments by parameter. */
    record Bound(String function, @Nullable Value[] values) {
        boolean has(int index) {
            return values[index] != null;
        }

        Value get(int index) {
            Value value = values[index];
            if (value == null) {
                throw new Fault(function + "() is missing an argument");
            }
            return value;
        }

        Value get(int index, Value otherwise) {
            Value value = values[index];
            return value == null ? otherwise : value;
        }

        /** Absent or None. */
        boolean none(int index) {
            return get(index, None.NONE) instanceof None;
        }

        boolean truth(int index) {
            return get(index, Bool.FALSE).truth();
        }

        String text(int index) {
            if (get(index) instanceof Text text) {
                return text.value();
            }
            throw new Fault(function + "() wants a str, not " + get(index).type());
        }

        long number(int index, long otherwise) {
            return has(index) ? Operators.integer(get(index)) : otherwise;
        }
    }
}
