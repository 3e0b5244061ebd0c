package ai.auditor.text.internal.jinja;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The names that every template knows. */
final class Globals {
    private static final Map<String, Value> VALUES = Map.of(
            "range", new Callable("range", (run, all) -> range(all)),
            "dict", new Callable("dict", (run, all) -> dict(run, all)),
            "namespace", new Callable("namespace", (run, all) -> namespace(run, all)),
            "joiner", new Callable("joiner", (run, all) -> joiner(all)),
            "raise_exception",
                    new Callable("raise_exception", (run, all) -> {
                        throw Fault.refused(Printing.str(
                                all.bind("raise_exception", 1, "message").get(0)));
                    }),
            "strftime_now", new Callable("strftime_now", (run, all) -> new Text(time(run, all))),
            "self", unsupported("self"),
            "cycler", unsupported("cycler"),
            "lipsum", unsupported("lipsum"));

    /** Steps that a directive costs: its pattern is compiled each time. */
    private static final int DIRECTIVE = 100;

    private Globals() {}

    static Map<String, Value> values() {
        return VALUES;
    }

    private static Value unsupported(String name) {
        return new Callable(name, (run, all) -> {
            throw new Fault(name + "() is not supported");
        });
    }

    private static Value range(Arguments all) {
        Arguments.Bound bound = all.bind("range", 1, "start", "stop", "step");
        long first = bound.number(0, 0);
        return bound.has(1) ? Range.of(first, bound.number(1, 0), bound.number(2, 1)) : Range.of(0, first, 1);
    }

    private static Dict dict(Run run, Arguments all) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        if (!all.positional().isEmpty()) {
            if (all.positional().size() > 1 || !(all.positional().get(0) instanceof Dict base)) {
                throw new Fault("dict() and namespace() take a dict, or named arguments");
            }
            run.steps(base.entries().size());
            entries.putAll(base.entries());
        }
        entries.putAll(SequenceFilters.dict(all.named()).entries());
        return new Dict(entries);
    }

    private static Value namespace(Run run, Arguments all) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        dict(run, all).entries().forEach((name, value) -> attributes.put(Printing.str(name), value));
        return new Namespace(attributes);
    }

    private static Value joiner(Arguments all) {
        Value separator = all.bind("joiner", 0, "sep").get(0, new Text(", "));
        boolean[] used = {false};
        return new Callable("joiner", (run, none) -> {
            Value text = used[0] ? separator : Text.EMPTY;
            used[0] = true;
            return text;
        });
    }

    private static String time(Run run, Arguments all) {
        OffsetDateTime now = OffsetDateTime.now(run.clock()).withOffsetSameInstant(ZoneOffset.UTC);
        int[] format =
                all.bind("strftime_now", 1, "format").text(0).codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length; i++) {
            if (format[i] != '%') {
                out.appendCodePoint(format[i]);
                continue;
            }
            run.steps(DIRECTIVE);
            boolean bare = i + 1 < format.length && format[i + 1] == '-';
            i += bare ? 2 : 1;
            String part = part(i < format.length ? format[i] : ' ', now);
            out.append(bare ? part.replaceFirst("^0+(?=.)", "") : part);
        }
        return out.toString();
    }

    private static String part(int directive, OffsetDateTime now) {
        String pattern = switch (directive) {
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b' -> "MMM";
            case 'B' -> "MMMM";
            case 'd' -> "dd";
            case 'e' -> "ppd";
            case 'F' -> "yyyy-MM-dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'j' -> "DDD";
            case 'm' -> "MM";
            case 'M' -> "mm";
            case 'p' -> "a";
            case 'S' -> "ss";
            case 'T' -> "HH:mm:ss";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            case '%' -> "'%'";
            default -> throw new Fault("strftime_now() does not know %" + Character.toString(directive) + " here");
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
    }
}
