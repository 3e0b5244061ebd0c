package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The filters that read sequences. Those that Python makes generators of can be read once only here too. */
final class SequenceFilters {
    private SequenceFilters() {}

    static Value list(Run run, Value input, Arguments all) {
        all.bind("list", 0);
        return Sequence.list(Filters.items(run, input));
    }

    static Value first(Run run, Value input, Arguments all) {
        all.bind("first", 0);
        Iterator<Value> values = input.iterator();
        return values.hasNext() ? values.next() : new Undefined("No first item, sequence was empty.");
    }

    static Value last(Run run, Value input, Arguments all) {
        all.bind("last", 0);
        if (input instanceof Generator) {
            throw new Fault("'generator' object is not reversible");
        }
        List<Value> values = Filters.items(run, input);
        return values.isEmpty() ? new Undefined("No last item, sequence was empty.") : values.get(values.size() - 1);
    }

    static Value items(Run run, Value input, Arguments all) {
        all.bind("items", 0);
        if (input instanceof Undefined) {
            return new Generator(Collections.emptyIterator());
        }
        if (input instanceof Dict dict) {
            run.steps(dict.entries().size());
            return new Generator(CollectionMethods.items(dict).iterator());
        }
        throw new Fault("can only get item pairs from a mapping");
    }

    static Value reverse(Run run, Value input, Arguments all) {
        all.bind("reverse", 0);
        List<Value> values = Filters.items(run, input);
        Collections.reverse(values);
        if (input instanceof Text) {
            StringBuilder out = new StringBuilder();
            values.forEach(value -> out.append(Printing.str(value)));
            run.characters(out.length());
            return new Text(out.toString());
        }
        return input instanceof Generator ? Sequence.list(values) : new Generator(values.iterator());
    }

    static Value join(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("join", 0, "d", "attribute");
        String separator = Printing.str(bound.get(0, Text.EMPTY));
        Function<Value, Value> key = attribute(run, bound.get(1, None.NONE), None.NONE);
        StringBuilder out = new StringBuilder();
        for (Iterator<Value> rest = input.iterator(); rest.hasNext(); ) {
            run.steps(1);
            String item = Printing.str(key.apply(rest.next()));
            String between = rest.hasNext() ? separator : "";
            run.characters((long) item.length() + between.length());
            out.append(item).append(between);
        }
        return new Text(out.toString());
    }

    static Value map(Run run, Value input, Arguments all) {
        if (!input.truth()) {
            return new Generator(Collections.emptyIterator());
        }
        Function<Value, Value> operation;
        if (all.positional().isEmpty() && all.named().containsKey("attribute")) {
            Arguments.Bound bound = all.bind("map", 0, "attribute", "default");
            operation = attribute(run, bound.get(0), bound.get(1, None.NONE));
        } else {
            String name = all.positional().isEmpty()
                    ? ""
                    : Printing.str(all.positional().get(0));
            if (!Filters.exists(name)) {
                throw new Fault("map() wants the name of a filter that is known here, not '" + name + "'");
            }
            Arguments rest = all.rest();
            operation = value -> Filters.apply(run, name, value, rest);
        }
        List<Value> results = new ArrayList<>();
        Filters.items(run, input).forEach(value -> results.add(operation.apply(value)));
        return new Generator(results.iterator());
    }

    static Value select(Run run, Value input, Arguments all, boolean byAttribute, boolean keep) {
        if (!input.truth()) {
            return new Generator(Collections.emptyIterator());
        }
        Arguments rest = all;
        Function<Value, Value> key = Function.identity();
        if (byAttribute) {
            if (rest.positional().isEmpty()) {
                throw new Fault("missing parameter for attribute name");
            }
            key = attribute(run, rest.positional().get(0), None.NONE);
            rest = rest.rest();
        }
        List<Value> results = new ArrayList<>();
        for (Value value : Filters.items(run, input)) {
            Value subject = key.apply(value);
            boolean holds = rest.positional().isEmpty()
                    ? subject.truth()
                    : Tests.holds(run, Printing.str(rest.positional().get(0)), subject, rest.rest());
            if (holds == keep) {
                results.add(value);
            }
        }
        return new Generator(results.iterator());
    }

    static Value sort(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        Function<Value, Value> key = sortKey(run, bound.get(2, None.NONE), bound.truth(1));
        return Sequence.list(Filters.sorted(run, Filters.items(run, input), bound.truth(0), key));
    }

    /** Several attributes, separated by commas, sort by the first that differs. */
    private static Function<Value, Value> sortKey(Run run, Value attributes, boolean caseSensitive) {
        List<Function<Value, Value>> keys = new ArrayList<>();
        if (attributes instanceof Text names) {
            PythonText.split(run, names.value(), ",", -1)
                    .forEach(name -> keys.add(folded(run, attribute(run, new Text(name), None.NONE), caseSensitive)));
        } else {
            keys.add(folded(run, attribute(run, attributes, None.NONE), caseSensitive));
        }
        return value -> Sequence.list(keys.stream().map(key -> key.apply(value)).toList());
    }

    private static Function<Value, Value> folded(Run run, Function<Value, Value> key, boolean caseSensitive) {
        return caseSensitive ? key : key.andThen(value -> lower(run, value));
    }

    private static Value lower(Run run, Value value) {
        run.reads(value);
        return value instanceof Text text ? new Text(PythonText.lower(text.value())) : value;
    }

    static Value dictSort(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        String by = bound.has(1) ? bound.text(1) : "key";
        if (!by.equals("key") && !by.equals("value")) {
            throw new Fault("dictsort() sorts by either \"key\" or \"value\"");
        }
        if (!(input instanceof Dict dict)) {
            throw new Fault("dictsort() wants a dict, not " + input.type());
        }
        int position = by.equals("key") ? 0 : 1;
        Function<Value, Value> key =
                folded(run, pair -> ((Sequence) pair).values().get(position), bound.truth(0));
        run.steps(dict.entries().size());
        return Sequence.list(Filters.sorted(run, CollectionMethods.items(dict), bound.truth(2), key));
    }

    static Value unique(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("unique", 0, "case_sensitive", "attribute");
        Function<Value, Value> key = folded(run, attribute(run, bound.get(1, None.NONE), None.NONE), bound.truth(0));
        List<Value> seen = new ArrayList<>();
        List<Value> results = new ArrayList<>();
        for (Value value : Filters.items(run, input)) {
            Value wanted = key.apply(value);
            if (wanted instanceof Dict
                    || (wanted instanceof Sequence sequence && sequence.kind() == Sequence.Kind.LIST)) {
                throw new Fault("unhashable type: '" + wanted.type() + "'");
            }
            run.steps(seen.size());
            if (seen.stream().noneMatch(other -> Operators.equal(run, other, wanted))) {
                seen.add(wanted);
                results.add(value);
            }
        }
        return new Generator(results.iterator());
    }

    static Value sum(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("sum", 0, "attribute", "start");
        Function<Value, Value> key = attribute(run, bound.get(0, None.NONE), None.NONE);
        Value sum = bound.get(1, new Int(0));
        if (sum instanceof Text) {
            throw new Fault("sum() can't sum strings");
        }
        for (Value value : Filters.items(run, input)) {
            sum = Operators.binary(run, "+", sum, key.apply(value));
        }
        return sum;
    }

    static Value extreme(Run run, Value input, Arguments all, String name, int sign) {
        Arguments.Bound bound = all.bind(name, 0, "case_sensitive", "attribute");
        Function<Value, Value> key = folded(run, attribute(run, bound.get(1, None.NONE), None.NONE), bound.truth(0));
        @Nullable Value best = null;
        for (Value value : Filters.items(run, input)) {
            if (best == null || Operators.compare(run, "<", key.apply(value), key.apply(best)) * sign > 0) {
                best = value;
            }
        }
        return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
    }

    static Value batch(Run run, Value input, Arguments all) {
        Arguments.Bound bound = all.bind("batch", 1, "linecount", "fill_with");
        long size = bound.number(0, 1);
        if (size < 1) {
            throw new Fault("batch() wants one item or more");
        }
        List<Value> batches = new ArrayList<>();
        List<Value> batch = new ArrayList<>();
        for (Value value : Filters.items(run, input)) {
            if (batch.size() == size) {
                batches.add(Sequence.list(batch));
                batch = new ArrayList<>();
            }
            batch.add(value);
        }
        if (!batch.isEmpty()) {
            if (!bound.none(1)) {
                run.steps(size - batch.size());
                while (batch.size() < size) {
                    batch.add(bound.get(1));
                }
            }
            batches.add(Sequence.list(batch));
        }
        return new Generator(batches.iterator());
    }

    /** The item of a value that a dotted path names; None means the value itself. */
    private static Function<Value, Value> attribute(Run run, Value path, Value otherwise) {
        List<Value> parts = new ArrayList<>();
        if (path instanceof Text text) {
            for (String part : PythonText.split(run, text.value(), ".", -1)) {
                parts.add(part.matches("[0-9]{1,9}") ? new Int(Long.parseLong(part)) : new Text(part));
            }
        } else if (!(path instanceof None)) {
            parts.add(path);
        }
        return value -> {
            Value found = value;
            for (Value part : parts) {
                found = Operators.item(run, found, part);
                if (found instanceof Undefined && !(otherwise instanceof None)) {
                    found = otherwise;
                }
            }
            return found;
        };
    }

    /** The entries of named arguments as a dict. */
    static Dict dict(Map<String, Value> named) {
        Map<Value, Value> entries = new LinkedHashMap<>();
        named.forEach((name, value) -> entries.put(new Text(name), value));
        return new Dict(entries);
    }
}
