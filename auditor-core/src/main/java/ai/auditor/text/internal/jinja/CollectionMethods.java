package ai.auditor.text.internal.jinja;

import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The methods of dicts, lists and tuples that change nothing. */
final class CollectionMethods {
    /** What the immutable sandbox of Jinja forbids (jinja2.sandbox._mutable_spec). */
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private CollectionMethods() {}

    static @Nullable Value of(Dict dict, String name) {
        if (DICT_CHANGES.contains(name)) {
            return unsafe("dict", name);
        }
        return switch (name) {
            case "keys" ->
                method(
                        dict,
                        name,
                        (run, all) -> view(
                                all, "dict_keys", List.copyOf(dict.entries().keySet())));
            case "values" ->
                method(
                        dict,
                        name,
                        (run, all) -> view(
                                all, "dict_values", List.copyOf(dict.entries().values())));
            case "items" -> method(dict, name, (run, all) -> view(all, "dict_items", items(dict)));
            case "copy" -> method(dict, name, (run, all) -> dict);
            case "get" ->
                method(dict, name, (run, all) -> {
                    if (!all.named().isEmpty()) {
                        throw new Fault("dict.get() takes no keyword arguments");
                    }
                    Arguments.Bound bound = all.bind(name, 1, "key", "default");
                    Value key = bound.get(0);
                    Value found = dict.has(key) ? dict.item(key) : null;
                    return found == null ? bound.get(1, None.NONE) : found;
                });
            case "fromkeys" -> throw unsupported("dict", name);
            default -> null;
        };
    }

    static @Nullable Value of(Sequence sequence, String name) {
        boolean list = sequence.kind() == Sequence.Kind.LIST;
        if (list && LIST_CHANGES.contains(name)) {
            return unsafe("list", name);
        }
        return switch (name) {
            case "copy" -> list ? method(sequence, name, (run, all) -> sequence) : null;
            case "count" ->
                method(sequence, name, (run, all) -> {
                    Value wanted = all.bind(name, 1, "value").get(0);
                    return new Int(sequence.values().stream()
                            .filter(value -> Operators.equal(run, value, wanted))
                            .count());
                });
            case "index" ->
                method(sequence, name, (run, all) -> {
                    Value wanted = all.bind(name, 1, "value").get(0);
                    for (int i = 0; i < sequence.values().size(); i++) {
                        if (Operators.equal(run, sequence.values().get(i), wanted)) {
                            return new Int(i);
                        }
                    }
                    throw new Fault("the value is not in the " + sequence.type());
                });
            default -> null;
        };
    }

    static List<Value> items(Dict dict) {
        return dict.entries().entrySet().stream()
                .<Value>map(entry -> Sequence.tuple(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static Value view(Arguments arguments, String type, List<Value> values) {
        arguments.bind(type, 0);
        return new View(type, values);
    }

    /** A method; a call costs what its receiver holds, since it may read or copy all of it. */
    static Value method(Value receiver, String name, BiFunction<Run, Arguments, Value> body) {
        return new Callable(name, (run, all) -> {
            run.characters(receiver.extent().weight());
            return body.apply(run, all);
        });
    }

    static Fault unsupported(String type, String name) {
        return new Fault("attribute '" + name + "' of '" + type + "' is not supported");
    }

    private static Value unsafe(String type, String name) {
        return new Undefined("access to attribute '" + name + "' of '" + type + "' object is unsafe");
    }
}
