package ai.auditor.text.internal.jinja;

import java.util.function.BiFunction;

/** A global function, a method bound to its value, a macro or a caller. */
record Callable(String name, BiFunction<Run, Arguments, Value> body) implements Value {
    @Override
    public String type() {
        return "function";
    }
}
