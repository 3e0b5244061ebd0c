package ai.auditor.text.internal.jinja;

import java.util.Iterator;

/** What filters such as {@code map} give: lazy, and empty once it has been read. */
record Generator(Iterator<Value> iterator) implements Value {
    @Override
    public String type() {
        return "generator";
    }
}
