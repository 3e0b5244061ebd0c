package ai.auditor.text.internal.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** What may stand after {@code |}. */
final class Filters {
    private interface Filter {
        Value apply(Run run, Value input, Arguments arguments);
    }

    private static final Map<String, Filter> FILTERS = Map.ofEntries(
            text("capitalize", PythonText::capitalize),
            text("lower", PythonText::lower),
            text("title", Filters::title),
            text("upper", PythonText::upper),
            text("string", text -> text),
            Map.entry("abs", Filters::absolute),
            Map.entry("batch", SequenceFilters::batch),
            Map.entry("count", Filters::length),
            Map.entry("d", Filters::orDefault),
            Map.entry("default", Filters::orDefault),
            Map.entry("dictsort", SequenceFilters::dictSort),
            Map.entry("first", SequenceFilters::first),
            Map.entry("float", Filters::real),
            Map.entry("indent", Filters::indent),
            Map.entry("int", Filters::integer),
            Map.entry("items", SequenceFilters::items),
            Map.entry("join", SequenceFilters::join),
            Map.entry("last", SequenceFilters::last),
            Map.entry("length", Filters::length),
            Map.entry("list", SequenceFilters::list),
            Map.entry("map", SequenceFilters::map),
            Map.entry("max", (run, input, all) -> SequenceFilters.extreme(run, input, all, "max", 1)),
            Map.entry("min", (run, input, all) -> SequenceFilters.extreme(run, input, all, "min", -1)),
            Map.entry("reject", (run, input, all) -> SequenceFilters.select(run, input, all, false, false)),
            Map.entry("rejectattr", (run, input, all) -> SequenceFilters.select(run, input, all, true, false)),
            Map.entry("replace", Filters::replace),
            Map.entry("reverse", SequenceFilters::reverse),
            Map.entry("round", Filters::round),
            Map.entry("select", (run, input, all) -> SequenceFilters.select(run, input, all, false, true)),
            Map.entry("selectattr", (run, input, all) -> SequenceFilters.select(run, input, all, true, true)),
            Map.entry("sort", SequenceFilters::sort),
            Map.entry("sum", SequenceFilters::sum),
            Map.entry("tojson", Json::filter),
            Map.entry("trim", Filters::trim),
            Map.entry("unique", SequenceFilters::unique));

    private Filters() {}

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    static Value apply(Run run, String name, Value input, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw new Fault("no filter named '" + name + "' is known here");
        }
        run.steps(1);
        run.reads(input);
        return filter.apply(run, input, arguments);
    }

    private static Map.Entry<String, Filter> text(String name, UnaryOperator<String> operation) {
        return Map.entry(name, (run, input, all) -> {
            all.bind(name, 0);
            String text = Printing.str(input);
            run.characters(text.length());
            return new Text(operation.apply(text));
        });
    }

    /** Jinja's title, which is not Python's: a word begins after a hyphen, an opening bracket or white space. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        StringBuilder word = new StringBuilder();
        for (int point : text.codePoints().toArray()) {
            if (PythonText.space(point) || "-({[<".indexOf(point) >= 0) {
                out.append(word(word.toString())).appendCodePoint(point);
                word.setLength(0);
            } else {
                word.appendCodePoint(point);
            }
        }
        return out.append(word(word.toString())).toString();
    }

    private static String word(String word) {
        if (word.isEmpty()) {
            return word;
        }
        int end = word.offsetByCodePoints(0, 1);
        return PythonText.upper(word.substring(0, end)) + PythonText.lower(word.substring(end));
    }

    static String spaces(Run run, long count) {
        run.characters(Math.max(0, count));
        return " ".repeat((int) Math.max(0, count));
    }

    private static Value absolute(Run run, Value input, Arguments all) {
        all.bind("abs", 0);
        if (input instanceof Real real) {
            return new Real(Math.abs(real.value()));
        }
        Value positive = Operators.positive(input);
        return Operators.compare(run, "<", positive, new Int(0)) < 0 ? Operators.negative(positive) : positive;
    }

    private static Value length(Run run, Value input, Arguments all) {
        all.bind("length", 0);
        return new Int(input.size().orElseThrow(() -> new Fault("object of type '" + input.type() + "' has no len()")));
    }

    private static Value orDefault(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("default", 0, "default_value", "boolean");
        boolean replaced = input instanceof Undefined || (bound.truth(1) && !input.truth());
        return replaced ? bound.get(0, Text.EMPTY) : input;
    }

    private static Value replace(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("replace", 2, "old", "new", "count");
        long limit = bound.none(2) ? -1 : bound.number(2, -1);
        return new Text(PythonText.replace(
                run, Printing.str(input), Printing.str(bound.get(0)), Printing.str(bound.get(1)), limit));
    }

    private static Value trim(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("trim", 0, "chars");
        IntPredicate drop = PythonText::space;
        if (!bound.none(0)) {
            drop = PythonText.anyOf(run, bound.text(0));
        }
        String text = Printing.str(input);
        run.characters(text.length());
        return new Text(PythonText.strip(text, drop, true, true));
    }

    private static Value indent(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("indent", 0, "width", "first", "blank");
        Value width = bound.get(0, new Int(4));
        String indent = width instanceof Text text ? text.value() : spaces(run, Operators.integer(width));
        if (!(input instanceof Text)) {
            throw new Fault("indent() wants a str, not " + input.type());
        }
        // The added newline makes a last empty line count, as in Jinja.
        List<String> lines = PythonText.lines(run, Printing.str(input) + "\n", false);
        StringBuilder out = new StringBuilder(bound.truth(1) ? indent : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String lead = i == 0 ? "" : line.isEmpty() && !bound.truth(2) ? "\n" : "\n" + indent;
            run.characters((long) lead.length() + line.length());
            Text.requireFits(out.length());
            out.append(lead).append(line);
        }
        return new Text(out.toString());
    }

    private static Value integer(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("int", 0, "default", "base");
        if (bound.number(1, 10) != 10) {
            throw new Fault("int() with a base other than 10 is not supported");
        }
        Value otherwise = bound.get(0, new Int(0));
        if (input instanceof Text text) {
            String digits = PythonText.strip(text.value(), PythonText::space, true, true);
            requireShort(digits);
            if (digits.matches("[+-]?[0-9]+(_[0-9]+)*")) {
                return new Int(parsed(() -> Long.parseLong(digits.replace("_", ""))));
            }
            return number(text.value(), number -> truncated(number, otherwise), otherwise);
        }
        failOnUndefined(input);
        if (input instanceof Real real) {
            return truncated(real.value(), otherwise);
        }
        return Operators.number(input) ? new Int(Operators.integer(input)) : otherwise;
    }

    /** A regular expression that repeats a group goes as deep as it repeats. */
    private static void requireShort(String number) {
        if (number.length() > Lexer.LONGEST_NUMBER) {
            throw new Fault("a number of more than " + Lexer.LONGEST_NUMBER + " characters is not supported");
        }
    }

    private static long parsed(LongSupplier number) {
        try {
            return number.getAsLong();
        } catch (NumberFormatException overflow) {
            throw new Fault("an integer beyond 64 bits is not supported");
        }
    }

    private static Value truncated(double number, Value otherwise) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return otherwise;
        }
        if (Math.abs(number) >= 0x1p63) {
            throw new Fault("an integer beyond 64 bits is not supported");
        }
        return new Int((long) number);
    }

    private static Value number(String text, Function<Double, Value> result, Value otherwise) {
        String number = PythonText.strip(text, PythonText::space, true, true);
        requireShort(number);
        if (number.matches("(?i)[+-]?(inf|infinity|nan)")) {
            boolean negative = number.startsWith("-");
            boolean nan = PythonText.lower(number).endsWith("nan");
            return result.apply(nan ? Double.NaN : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
        }
        String digits = "[0-9]+(_[0-9]+)*";
        if (!number.matches(
                "[+-]?(" + digits + "(\\.(" + digits + ")?)?|\\." + digits + ")([eE][+-]?" + digits + ")?")) {
            return otherwise;
        }
        return result.apply(Double.parseDouble(number.replace("_", "")));
    }

    private static Value real(Run run, Value input, Arguments all) {
        Value otherwise = all.bind("float", 0, "default").get(0, new Real(0));
        if (input instanceof Text text) {
            return number(text.value(), Real::new, otherwise);
        }
        failOnUndefined(input);
        return Operators.number(input) ? new Real(Operators.real(input)) : otherwise;
    }

    private static void failOnUndefined(Value value) {
        if (value instanceof Undefined undefined) {
            throw new Fault(undefined.reason());
        }
    }

    private static Value round(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("round", 0, "precision", "method");
        String method = bound.has(1) ? bound.text(1) : "common";
        long precision = bound.number(0, 0);
        if (!Operators.number(input) || Math.abs(precision) > 300) {
            throw new Fault("round() takes a number, and at most 300 digits");
        }
        if (method.equals("common") && !(input instanceof Real)) {
            if (precision < 0) {
                throw new Fault("rounding an integer to tens is not supported");
            }
            return Operators.positive(input);
        }
        double number = Operators.real(input);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new Fault("rounding " + Printing.number(number) + " is not supported");
        }
        double scale = Math.pow(10, (double) precision);
        return switch (method) {
            case "common" -> {
                double rounded = new BigDecimal(number)
                        .setScale((int) precision, RoundingMode.HALF_EVEN)
                        .doubleValue();
                yield new Real(rounded == 0 ? Math.copySign(0.0, number) : rounded);
            }
            case "ceil" -> new Real(Math.ceil(number * scale) / scale);
            case "floor" -> new Real(Math.floor(number * scale) / scale);
            default -> throw new Fault("round() has the methods common, ceil and floor");
        };
    }

    /** The items of a value in a list of their own, counted. */
    static List<Value> items(Run run, Value value) {
        List<Value> items = new ArrayList<>();
        for (Iterator<Value> rest = value.iterator(); rest.hasNext(); ) {
            run.steps(1);
            items.add(rest.next());
        }
        return items;
    }

    /** Sorts as Python does: stable, and in reverse too. */
    static List<Value> sorted(Run run, List<Value> values, boolean reverse, Function<Value, Value> key) {
        Comparator<Value> order = (left, right) -> Operators.compare(run, "<", key.apply(left), key.apply(right));
        List<Value> sorted = new ArrayList<>(values);
        sorted.sort(reverse ? Collections.reverseOrder(order) : order);
        return sorted;
    }
}
