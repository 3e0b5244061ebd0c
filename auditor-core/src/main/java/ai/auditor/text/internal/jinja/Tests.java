package ai.auditor.text.internal.jinja;

import java.util.Map;
import java.util.function.Predicate;

/** What may stand after {@code is}. */
final class Tests {
    private interface Test {
        boolean holds(Run run, Value value, Arguments arguments);
    }

    private static final Map<String, Test> TESTS = Map.ofEntries(
            plain("defined", value -> !(value instanceof Undefined)),
            plain("undefined", value -> value instanceof Undefined),
            plain("none", value -> value instanceof None),
            plain("boolean", value -> value instanceof Bool),
            plain("true", value -> value.equals(Bool.TRUE)),
            plain("false", value -> value.equals(Bool.FALSE)),
            plain("number", Operators::number),
            plain("integer", value -> value instanceof Int),
            plain("float", value -> value instanceof Real),
            plain("string", value -> value instanceof Text),
            plain("mapping", value -> value instanceof Dict),
            plain(
                    "callable",
                    value -> value instanceof Callable || value instanceof Undefined || value instanceof Loop),
            plain("iterable", Tests::iterable),
            plain("sequence", Tests::sequence),
            Map.entry(
                    "even",
                    (run, value, all) -> remainder(run, value, new Int(2)).equals(new Int(0))),
            Map.entry(
                    "odd",
                    (run, value, all) -> remainder(run, value, new Int(2)).equals(new Int(1))),
            Map.entry("divisibleby", Tests::divisible),
            Map.entry("lower", (run, value, all) -> method(run, value, "islower")),
            Map.entry("upper", (run, value, all) -> method(run, value, "isupper")),
            plain("filter", value -> value instanceof Text name && Filters.exists(name.value())),
            plain("test", value -> value instanceof Text name && exists(name.value())),
            with("sameas", Tests::same),
            with("in", (run, value, other) -> Operators.contains(run, other, value)),
            with("eq", Operators::equal),
            with("equalto", Operators::equal),
            with("==", Operators::equal),
            with("ne", (run, value, other) -> !Operators.equal(run, value, other)),
            with("!=", (run, value, other) -> !Operators.equal(run, value, other)),
            with("lt", (run, value, other) -> Operators.compare(run, "<", value, other) < 0),
            with("lessthan", (run, value, other) -> Operators.compare(run, "<", value, other) < 0),
            with("<", (run, value, other) -> Operators.compare(run, "<", value, other) < 0),
            with("le", (run, value, other) -> Operators.compare(run, "<=", value, other) <= 0),
            with("<=", (run, value, other) -> Operators.compare(run, "<=", value, other) <= 0),
            with("gt", (run, value, other) -> Operators.compare(run, ">", value, other) > 0),
            with("greaterthan", (run, value, other) -> Operators.compare(run, ">", value, other) > 0),
            with(">", (run, value, other) -> Operators.compare(run, ">", value, other) > 0),
            with("ge", (run, value, other) -> Operators.compare(run, ">=", value, other) >= 0),
            with(">=", (run, value, other) -> Operators.compare(run, ">=", value, other) >= 0));

    private Tests() {}

    static boolean exists(String name) {
        return TESTS.containsKey(name);
    }

    static boolean holds(Run run, String name, Value value, Arguments arguments) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw new Fault("no test named '" + name + "' is known here");
        }
        run.reads(value);
        return test.holds(run, value, arguments);
    }

    private interface Comparison {
        boolean holds(Run run, Value value, Value other);
    }

    private static Map.Entry<String, Test> plain(String name, Predicate<Value> predicate) {
        return Map.entry(name, (run, value, arguments) -> {
            arguments.bind(name, 0);
            return predicate.test(value);
        });
    }

    private static Map.Entry<String, Test> with(String name, Comparison comparison) {
        return Map.entry(
                name,
                (run, value, arguments) -> comparison.holds(
                        run, value, arguments.bind(name, 1, "other").get(0)));
    }

    private static boolean iterable(Value value) {
        return value.size().isPresent() || value instanceof Generator;
    }

    private static boolean sequence(Value value) {
        return value.size().isPresent() && !(value instanceof View);
    }

    private static boolean divisible(Run run, Value value, Arguments arguments) {
        return Operators.equal(
                run,
                remainder(run, value, arguments.bind("divisibleby", 1, "num").get(0)),
                new Int(0));
    }

    private static Value remainder(Run run, Value value, Value other) {
        return Operators.binary(run, "%", value, other);
    }

    private static boolean method(Run run, Value value, String name) {
        return new Text(Printing.str(value)).attribute(name) instanceof Callable callable
                && callable.body().apply(run, Arguments.NONE).truth();
    }

    private static boolean same(Run run, Value value, Value other) {
        boolean single = other instanceof Bool || other instanceof None;
        if (!single) {
            throw new Fault("'sameas' is only supported for True, False and None");
        }
        return value.equals(other);
    }
}
