package ai.auditor.text.internal.jinja;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed template. Immutable; any number of threads may render it. */
public final class Template {
    /** Real chat templates are below 40,000 characters. */
    private static final int MAX_SOURCE = 1 << 20;

    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateFault if it is not a template, or uses what this engine lacks
     */
    public static Template parse(String source) {
        if (source.length() > MAX_SOURCE) {
            throw new TemplateFault("the template is longer than " + MAX_SOURCE + " characters", Place.START, false);
        }
        return new Template(Parser.parse(source));
    }

    /**
     * Renders the template with these variables: strings, booleans, lists and string-keyed maps of them, and {@link #NONE}.
     *
     * @param clock what {@code strftime_now} reads, in UTC
     * @throws TemplateFault if it fails, refuses, or works too long
     */
    public String render(Map<String, Object> variables, Clock clock) {
        Run run = new Run(clock);
        try {
            Map<String, Value> values = new LinkedHashMap<>(Globals.values());
            variables.forEach((name, value) -> values.put(name, value(value)));
            StringBuilder out = new StringBuilder();
            Statement.all(statements, Frame.root(run, values).inner(), out);
            return out.toString();
        } catch (Fault fault) {
            throw new TemplateFault(message(fault), run.place(), fault.refusal());
        }
    }

    private static String message(Fault fault) {
        return String.valueOf(fault.getMessage());
    }

    /** A text without the white space that the filter {@code trim} takes off. */
    public static String trimmed(String text) {
        return PythonText.strip(text, PythonText::space, true, true);
    }

    /** Stands for Python's None among variables. */
    public static final Object NONE = None.NONE;

    private static Value value(Object object) {
        if (object instanceof Value value) {
            return value;
        }
        if (object instanceof String text) {
            return new Text(text);
        }
        if (object instanceof Boolean bool) {
            return Bool.of(bool);
        }
        if (object instanceof Long number) {
            return new Int(number);
        }
        if (object instanceof Integer number) {
            return new Int(number);
        }
        if (object instanceof Double number) {
            return new Real(number);
        }
        if (object instanceof List<?> list) {
            List<Value> values = new ArrayList<>();
            list.forEach(item -> values.add(value(item)));
            return Sequence.list(values);
        }
        if (object instanceof Map<?, ?> map) {
            Map<Value, Value> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(value(key), value(item)));
            return new Dict(entries);
        }
        throw new IllegalArgumentException("no template value: " + object.getClass());
    }
}
