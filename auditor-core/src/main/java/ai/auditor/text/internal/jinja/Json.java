package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, as the {@code tojson} filter of transformers calls it. */
final class Json {
    private static final HexFormat HEX = HexFormat.of();

    private final Run run;
    private final boolean ascii;
    private final boolean sorted;
    private final boolean pretty;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final StringBuilder out = new StringBuilder();

    private Json(Run run, boolean ascii, boolean sorted, boolean pretty, String indent, String items, String keys) {
        this.run = run;
        this.ascii = ascii;
        this.sorted = sorted;
        this.pretty = pretty;
        this.indent = indent;
        this.itemSeparator = items;
        this.keySeparator = keys;
    }

    static Value filter(Run run, Value input, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        boolean pretty = !bound.none(1);
        String indent = "";
        if (pretty) {
            indent = bound.get(1) instanceof Text text ? text.value() : Filters.spaces(run, bound.number(1, 0));
        }
        String items = pretty ? "," : ", ";
        String keys = ": ";
        if (!bound.none(2)) {
            List<Value> separators = Filters.items(run, bound.get(2));
            if (separators.size() != 2) {
                throw new Fault("tojson() wants two separators");
            }
            items = Printing.str(separators.get(0));
            keys = Printing.str(separators.get(1));
        }
        Json json = new Json(run, bound.truth(0), bound.truth(3), pretty, indent, items, keys);
        json.write(input, 1);
        return new Text(json.out.toString());
    }

    private void append(String text) {
        run.characters(text.length());
        out.append(text);
    }

    private void line(int level) {
        if (pretty) {
            append("\n");
            for (int i = 0; i < level; i++) {
                append(indent);
            }
        }
    }

    private void write(Value value, int level) {
        run.steps(1);
        if (value instanceof Text text) {
            quote(text.value());
        } else if (value instanceof Sequence sequence) {
            array(sequence.values(), level);
        } else if (value instanceof Dict dict) {
            object(dict, level);
        } else {
            append(scalar(value));
        }
    }

    private static String scalar(Value value) {
        if (value instanceof None) {
            return "null";
        }
        if (value instanceof Bool bool) {
            return bool.value() ? "true" : "false";
        }
        if (value instanceof Real real && Double.isNaN(real.value())) {
            return "NaN";
        }
        if (value instanceof Real real && Double.isInfinite(real.value())) {
            return real.value() > 0 ? "Infinity" : "-Infinity";
        }
        if (Operators.number(value)) {
            return Printing.repr(value);
        }
        throw new Fault("object of type " + value.type() + " is not JSON serializable");
    }

    private void array(List<Value> values, int level) {
        if (values.isEmpty()) {
            append("[]");
            return;
        }
        append("[");
        for (Iterator<Value> rest = values.iterator(); rest.hasNext(); ) {
            line(level);
            write(rest.next(), level + 1);
            append(rest.hasNext() ? itemSeparator : "");
        }
        line(level - 1);
        append("]");
    }

    private void object(Dict dict, int level) {
        if (dict.entries().isEmpty()) {
            append("{}");
            return;
        }
        List<Map.Entry<Value, Value>> entries = new ArrayList<>(dict.entries().entrySet());
        if (sorted) {
            entries.sort(Map.Entry.comparingByKey(comparator()));
        }
        append("{");
        for (Iterator<Map.Entry<Value, Value>> rest = entries.iterator(); rest.hasNext(); ) {
            Map.Entry<Value, Value> entry = rest.next();
            line(level);
            quote(entry.getKey() instanceof Text text ? text.value() : scalar(entry.getKey()));
            append(keySeparator);
            write(entry.getValue(), level + 1);
            append(rest.hasNext() ? itemSeparator : "");
        }
        line(level - 1);
        append("}");
    }

    private Comparator<Value> comparator() {
        return (left, right) -> Operators.compare(run, "<", left, right);
    }

    private void quote(String text) {
        append("\"");
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            switch (character) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                default -> {
                    // Python escapes DEL only when it escapes all that is not ASCII's printable part.
                    if (character < ' ' || (ascii && character > '~')) {
                        quoted.append("\\u").append(HEX.toHexDigits(character));
                    } else {
                        quoted.append(character);
                    }
                }
            }
        }
        append(quoted.append('"').toString());
    }
}
