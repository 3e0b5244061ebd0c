package ai.auditor.text.internal.jinja;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one thing that a template can change from inside a loop: {@code set ns.name = value}. */
record Namespace(Map<String, Value> attributes) implements Value {
    @Override
    public String type() {
        return "Namespace";
    }

    @Override
    public @Nullable Value attribute(String name) {
        return attributes.get(name);
    }
}
