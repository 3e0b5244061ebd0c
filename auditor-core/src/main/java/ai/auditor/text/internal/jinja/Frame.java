package ai.auditor.text.internal.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of one scope; a name that it lacks is looked up outside of it. */
final class Frame {
    private final Run run;
    private final @Nullable Frame outer;
    private final Map<String, Value> variables;

    private Frame(Run run, @Nullable Frame outer, Map<String, Value> variables) {
        this.run = run;
        this.outer = outer;
        this.variables = variables;
    }

    static Frame root(Run run, Map<String, Value> variables) {
        return new Frame(run, null, new HashMap<>(variables));
    }

    Frame inner() {
        return new Frame(run, this, new HashMap<>());
    }

    Run run() {
        return run;
    }

    void set(String name, Value value) {
        variables.put(name, value);
    }

    Value get(String name) {
        for (Frame frame = this; frame != null; frame = frame.outer) {
            Value value = frame.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Undefined("'" + name + "' is undefined");
    }
}
