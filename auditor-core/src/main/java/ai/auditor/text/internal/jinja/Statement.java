package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What prints, or changes variables. */
sealed interface Statement {
    /** Where to go on after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** Executes it, printing to {@code out}. */
    Flow execute(Frame frame, StringBuilder out);

    /** Executes all until one leaves the loop's body. */
    static Flow all(List<Statement> body, Frame frame, StringBuilder out) {
        frame.run().enter();
        for (Statement statement : body) {
            frame.run().steps(1);
            Flow flow = statement.execute(frame, out);
            if (flow != Flow.NEXT) {
                frame.run().leave();
                return flow;
            }
        }
        frame.run().leave();
        return Flow.NEXT;
    }

    /** What a body prints, in a scope of its own. */
    static Text captured(List<Statement> body, Frame frame) {
        StringBuilder out = new StringBuilder();
        all(body, frame, out);
        return new Text(out.toString());
    }

    private static Flow print(String text, Frame frame, StringBuilder out) {
        frame.run().characters(text.length());
        out.append(text);
        return Flow.NEXT;
    }

    /** Plain text. */
    record Data(String text) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            return print(text, frame, out);
        }
    }

    /** An expression in double braces. */
    record Print(Expression expression) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            return print(Printing.str(expression.value(frame)), frame, out);
        }
    }

    /** One branch after another, the last perhaps without a condition. */
    record If(List<Branch> branches) implements Statement {
        /** A condition, absent of an else, and what it guards. */
        record Branch(@Nullable Expression condition, List<Statement> body) {}

        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            for (Branch branch : branches) {
                if (branch.condition() == null
                        || branch.condition().value(frame).truth()) {
                    return all(branch.body(), frame, out);
                }
            }
            return Flow.NEXT;
        }
    }

    /** A loop; what it sets is gone after each turn. */
    record For(
            Target target,
            Expression items,
            @Nullable Expression condition,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            Value source = items.value(frame);
            frame.run().reads(source);
            Loop loop = condition == null
                    ? new Loop(source.iterator(), source.size())
                    : new Loop(new Kept(target, condition, frame, source.iterator()), OptionalInt.empty());
            // As in Jinja, a turn that breaks or continues does not count as one here.
            boolean completed = false;
            for (Value item = loop.next(); item != null; item = loop.next()) {
                Frame turn = frame.inner();
                turn.run().steps(1);
                turn.set("loop", loop);
                target.assign(turn, item);
                Flow flow = all(body, turn, out);
                completed |= flow == Flow.NEXT;
                if (flow == Flow.BREAK) {
                    break;
                }
            }
            return completed ? Flow.NEXT : all(otherwise, frame.inner(), out);
        }

        /** The items that the condition lets through, each asked when its turn comes: the body may change the answer. */
        private static final class Kept implements Iterator<Value> {
            private final Target target;
            private final Expression condition;
            private final Frame frame;
            private final Iterator<Value> rest;
            private @Nullable Value next;

            Kept(Target target, Expression condition, Frame frame, Iterator<Value> rest) {
                this.target = target;
                this.condition = condition;
                this.frame = frame;
                this.rest = rest;
            }

            @Override
            public boolean hasNext() {
                while (next == null && rest.hasNext()) {
                    Value item = rest.next();
                    frame.run().steps(1);
                    Frame trial = frame.inner();
                    target.assign(trial, item);
                    if (condition.value(trial).truth()) {
                        next = item;
                    }
                }
                return next != null;
            }

            @Override
            public Value next() {
                Value item = hasNext() ? next : null;
                if (item == null) {
                    throw new NoSuchElementException();
                }
                next = null;
                return item;
            }
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(Flow flow) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            return flow;
        }
    }

    /** {@code set target = expression}. */
    record Assign(Target target, Expression expression) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            target.assign(frame, expression.value(frame));
            return Flow.NEXT;
        }
    }

    /** {@code set} or {@code filter} with a body: what it prints goes through the filters, which read the name {@link #BODY}. */
    record Capture(@Nullable Target target, Expression filtered, List<Statement> body) implements Statement {
        /** No name of a template: it has a space. */
        static final String BODY = "the body";

        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            Frame inner = frame.inner();
            Text text = captured(body, inner);
            inner.set(BODY, text);
            Value value = filtered.value(inner);
            if (target == null) {
                return print(Printing.str(value), frame, out);
            }
            target.assign(frame, value);
            return Flow.NEXT;
        }
    }

    /** {@code with} and {@code generation}: a body in a scope of its own. */
    record Scoped(List<Assign> assignments, List<Statement> body) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            Frame inner = frame.inner();
            // All values are read before any name is set, as in Jinja.
            assignments.forEach(
                    assign -> assign.target().assign(inner, assign.expression().value(frame)));
            return all(body, inner, out);
        }
    }

    /** A macro. */
    record MacroDefinition(String name, Macro macro) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            frame.set(name, macro.in(frame));
            return Flow.NEXT;
        }
    }

    /** {@code call(parameters) target(arguments)} with a body. */
    record CallBlock(Macro caller, Expression.Call call) implements Statement {
        @Override
        public Flow execute(Frame frame, StringBuilder out) {
            return print(Printing.str(call.withCaller(frame, caller.in(frame))), frame, out);
        }
    }

    /** A body with parameters; {@code used} are those of the names caller, varargs and kwargs that it reads. */
    record Macro(
            Place place,
            String name,
            List<String> parameters,
            Map<String, Expression> defaults,
            Set<String> used,
            List<Statement> body) {
        Callable in(Frame frame) {
            return new Callable(name, (run, all) -> call(run, frame, all));
        }

        private Text call(Run run, Frame definition, Arguments all) {
            Frame inner = definition.inner();
            Map<String, Value> named = new LinkedHashMap<>(all.named());
            List<Value> positional = all.positional();
            int given = Math.min(positional.size(), parameters.size());
            for (int i = 0; i < parameters.size(); i++) {
                String parameter = parameters.get(i);
                if (i < given) {
                    inner.set(parameter, positional.get(i));
                    continue;
                }
                Value value = named.remove(parameter);
                Expression otherwise = defaults.get(parameter);
                if (value == null) {
                    value = otherwise == null
                            ? new Undefined("parameter '" + parameter + "' was not provided")
                            : otherwise.value(inner);
                }
                inner.set(parameter, value);
            }
            special(inner, named, positional.subList(given, positional.size()));
            run.at(place);
            return captured(body, inner);
        }

        private void special(Frame inner, Map<String, Value> named, List<Value> rest) {
            if (used.contains("caller") && !parameters.contains("caller")) {
                Value caller = named.remove("caller");
                inner.set("caller", caller == null ? new Undefined("No caller defined") : caller);
            }
            if (used.contains("kwargs")) {
                inner.set("kwargs", SequenceFilters.dict(named));
            } else if (!named.isEmpty()) {
                throw new Fault("macro '" + name + "' takes no keyword argument '"
                        + named.keySet().iterator().next() + "'");
            }
            if (used.contains("varargs")) {
                inner.set("varargs", Sequence.tuple(rest.toArray(new Value[0])));
            } else if (!rest.isEmpty()) {
                throw new Fault("macro '" + name + "' takes not more than " + parameters.size() + " arguments");
            }
        }
    }
}
