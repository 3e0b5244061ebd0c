package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What gives a value. */
sealed interface Expression {
    /** Where it stands in the source. */
    Place place();

    /** Its value under these variables; {@link #value} is the way in, which counts the work. */
    Value evaluate(Frame frame);

    /** Its value; faults that it raises are of its place. */
    default Value value(Frame frame) {
        Run run = frame.run();
        run.steps(1);
        run.enter();
        run.at(place());
        Value value = evaluate(frame);
        run.leave();
        run.at(place());
        return value;
    }

    /** A literal. */
    record Constant(Place place, Value constant) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            return constant;
        }
    }

    /** A variable. */
    record Name(Place place, String name) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            return frame.get(name);
        }
    }

    /** A list or a tuple. */
    record Items(Place place, Sequence.Kind kind, List<Expression> items) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            return new Sequence(kind, values(items, frame));
        }
    }

    /** A dict. */
    record Entries(Place place, List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Map<Value, Value> entries = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                entries.put(keys.get(i).value(frame), values.get(i).value(frame));
            }
            return new Dict(entries);
        }
    }

    /** {@code owner.name}. */
    record Attribute(Place place, Expression owner, String name) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value value = owner.value(frame);
            frame.run().at(place);
            return Operators.attribute(value, name);
        }
    }

    /** {@code owner[key]}. */
    record Item(Place place, Expression owner, Expression key) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value value = owner.value(frame);
            Value index = key.value(frame);
            frame.run().at(place);
            return Operators.item(frame.run(), value, index);
        }
    }

    /** {@code owner[start:stop:step]}. */
    record Slice(Place place, Expression owner, Expression start, Expression stop, Expression step)
            implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value value = owner.value(frame);
            Value first = start.value(frame);
            Value last = stop.value(frame);
            Value stride = step.value(frame);
            frame.run().at(place);
            return Slices.slice(frame.run(), value, first, last, stride);
        }
    }

    /** {@code target(arguments)}. */
    record Call(Place place, Expression target, Inputs inputs) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            return call(frame, inputs.arguments(target.value(frame), frame));
        }

        /** The call with one more named argument, which a call block gives. */
        Value withCaller(Frame frame, Value caller) {
            Bound bound = inputs.arguments(target.value(frame), frame);
            Map<String, Value> named = new LinkedHashMap<>(bound.arguments().named());
            named.put("caller", caller);
            return call(
                    frame,
                    new Bound(bound.target(), new Arguments(bound.arguments().positional(), named)));
        }

        private Value call(Frame frame, Bound bound) {
            frame.run().at(place);
            if (bound.target() instanceof Undefined undefined) {
                throw new Fault(undefined.reason());
            }
            if (bound.target() instanceof Callable callable) {
                return callable.body().apply(frame.run(), bound.arguments());
            }
            throw new Fault("'" + bound.target().type() + "' object is not callable");
        }
    }

    /** {@code input | name(arguments)}. */
    record Filter(Place place, Expression input, String name, Inputs inputs) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Bound bound = inputs.arguments(input.value(frame), frame);
            frame.run().at(place);
            return Filters.apply(frame.run(), name, bound.target(), bound.arguments());
        }
    }

    /** {@code input is name(arguments)}. */
    record Test(Place place, Expression input, String name, Inputs inputs) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Bound bound = inputs.arguments(input.value(frame), frame);
            frame.run().at(place);
            return Bool.of(Tests.holds(frame.run(), name, bound.target(), bound.arguments()));
        }
    }

    /** {@code not}, {@code -} and {@code +} before an operand. */
    record Unary(Place place, String operator, Expression operand) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value value = operand.value(frame);
            return switch (operator) {
                case "not" -> Bool.of(!value.truth());
                case "-" -> Operators.negative(value);
                default -> Operators.positive(value);
            };
        }
    }

    /** Arithmetic. */
    record Binary(Place place, String operator, Expression left, Expression right) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value first = left.value(frame);
            Value second = right.value(frame);
            frame.run().at(place);
            return Operators.binary(frame.run(), operator, first, second);
        }
    }

    /** {@code and} and {@code or}: the value of the operand that decides. */
    record Logic(Place place, boolean and, Expression left, Expression right) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            Value first = left.value(frame);
            return first.truth() == and ? right.value(frame) : first;
        }
    }

    /** Parts joined by {@code ~}. */
    record Concatenation(Place place, List<Expression> parts) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            StringBuilder out = new StringBuilder();
            for (Expression part : parts) {
                String text = Printing.str(part.value(frame));
                frame.run().characters(text.length());
                out.append(text);
            }
            return new Text(out.toString());
        }
    }

    /** A chain of comparisons: {@code a < b <= c}. */
    record Comparison(Place place, Expression first, List<Link> links) implements Expression {
        /** One operator and what stands after it. */
        record Link(String operator, Expression right) {}

        @Override
        public Value evaluate(Frame frame) {
            Value left = first.value(frame);
            for (Link link : links) {
                Value right = link.right().value(frame);
                frame.run().at(place);
                if (!holds(frame.run(), link.operator(), left, right)) {
                    return Bool.FALSE;
                }
                left = right;
            }
            return Bool.TRUE;
        }

        private static boolean holds(Run run, String operator, Value left, Value right) {
            return switch (operator) {
                case "==" -> Operators.equal(run, left, right);
                case "!=" -> !Operators.equal(run, left, right);
                case "in" -> Operators.contains(run, right, left);
                case "not in" -> !Operators.contains(run, right, left);
                case "<" -> Operators.compare(run, operator, left, right) < 0;
                case "<=" -> Operators.compare(run, operator, left, right) <= 0;
                case ">" -> Operators.compare(run, operator, left, right) > 0;
                case ">=" -> Operators.compare(run, operator, left, right) >= 0;
                default -> throw new IllegalStateException(operator);
            };
        }
    }

    /** {@code yes if condition else no}. */
    record Conditional(
            Place place,
            Expression condition,
            Expression yes,
            @Nullable Expression no) implements Expression {
        @Override
        public Value evaluate(Frame frame) {
            if (condition.value(frame).truth()) {
                return yes.value(frame);
            }
            return no == null ? new Undefined("the inline if-expression is false and has no else") : no.value(frame);
        }
    }

    /** The arguments in the source of a call. */
    record Inputs(List<Expression> positional, Map<String, Expression> named) {
        static final Inputs NONE = new Inputs(List.of(), Map.of());

        Bound arguments(Value target, Frame frame) {
            Map<String, Value> values = new LinkedHashMap<>();
            List<Value> first = values(positional, frame);
            named.forEach((name, expression) -> values.put(name, expression.value(frame)));
            return new Bound(target, new Arguments(first, values));
        }
    }

    /** What is called, filtered or tested, with its evaluated arguments. */
    record Bound(Value target, Arguments arguments) {}

    private static List<Value> values(List<Expression> expressions, Frame frame) {
        List<Value> values = new ArrayList<>(expressions.size());
        expressions.forEach(expression -> values.add(expression.value(frame)));
        return values;
    }
}
