package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of strings. */
final class TextMethods {
    /** Names that a Python string has beside these: an error, where an unknown name is undefined. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format",
            "format_map",
            "isascii",
            "isdecimal",
            "isidentifier",
            "isnumeric",
            "isprintable",
            "istitle",
            "ljust",
            "maketrans",
            "rjust",
            "swapcase",
            "translate",
            "zfill");

    private TextMethods() {}

    static @Nullable Value of(Text receiver, String name) {
        String text = receiver.value();
        if (UNSUPPORTED.contains(name)) {
            throw CollectionMethods.unsupported("str", name);
        }
        return switch (name) {
            case "upper" -> plain(receiver, name, PythonText::upper);
            case "lower" -> plain(receiver, name, PythonText::lower);
            case "title" -> plain(receiver, name, PythonText::title);
            case "capitalize" -> plain(receiver, name, PythonText::capitalize);
            case "strip" -> strip(receiver, name, true, true);
            case "lstrip" -> strip(receiver, name, true, false);
            case "rstrip" -> strip(receiver, name, false, true);
            case "removeprefix" ->
                CollectionMethods.method(receiver, name, (run, all) -> {
                    String affix = positional(all, name, 1, "prefix").text(0);
                    return new Text(text.startsWith(affix) ? text.substring(affix.length()) : text);
                });
            case "removesuffix" ->
                CollectionMethods.method(receiver, name, (run, all) -> {
                    String affix = positional(all, name, 1, "suffix").text(0);
                    return new Text(text.endsWith(affix) ? text.substring(0, text.length() - affix.length()) : text);
                });
            case "startswith" -> affix(receiver, name, String::startsWith);
            case "endswith" -> affix(receiver, name, String::endsWith);
            case "split", "rsplit" ->
                CollectionMethods.method(receiver, name, (run, all) -> split(run, text, name, all));
            case "splitlines" ->
                CollectionMethods.method(
                        receiver,
                        name,
                        (run, all) -> texts(PythonText.lines(
                                run, text, all.bind(name, 0, "keepends").truth(0))));
            case "partition" ->
                CollectionMethods.method(receiver, name, (run, all) -> {
                    String separator = separator(positional(all, name, 1, "sep").text(0));
                    int at = Search.forward(run, text, separator).from(0);
                    return at < 0 ? parts(text, "", "") : parts(text, at, separator);
                });
            case "rpartition" ->
                CollectionMethods.method(receiver, name, (run, all) -> {
                    String separator = separator(positional(all, name, 1, "sep").text(0));
                    int at = Search.backward(run, text, separator).upTo(text.length());
                    return at < 0 ? parts("", "", text) : parts(text, at, separator);
                });
            case "find" -> position(receiver, name, false, false);
            case "rfind" -> position(receiver, name, true, false);
            case "index" -> position(receiver, name, false, true);
            case "rindex" -> position(receiver, name, true, true);
            case "count" ->
                CollectionMethods.method(receiver, name, (run, all) -> {
                    String part = positional(all, name, 1, "sub").text(0);
                    return new Int(part.isEmpty() ? receiver.length() + 1L : count(run, text, part));
                });
            case "isdigit" -> all(receiver, name, Character::isDigit);
            case "isalpha" -> all(receiver, name, Character::isLetter);
            case "isalnum" -> all(receiver, name, Character::isLetterOrDigit);
            case "isspace" -> all(receiver, name, PythonText::space);
            case "isupper" -> cased(receiver, name, Character::isUpperCase);
            case "islower" -> cased(receiver, name, Character::isLowerCase);
            case "join" ->
                new Callable(
                        name,
                        (run, all) -> join(
                                run, text, positional(all, name, 1, "iterable").get(0)));
            case "replace" ->
                new Callable(name, (run, all) -> {
                    Arguments.Bound bound = positional(all, name, 2, "old", "new", "count");
                    return new Text(PythonText.replace(run, text, bound.text(0), bound.text(1), bound.number(2, -1)));
                });
            default -> null;
        };
    }

    private static Value join(Run run, String separator, Value values) {
        StringBuilder out = new StringBuilder();
        for (Iterator<Value> rest = values.iterator(); rest.hasNext(); ) {
            if (!(rest.next() instanceof Text part)) {
                throw new Fault("str.join() wants strings");
            }
            String between = rest.hasNext() ? separator : "";
            run.steps(1);
            run.characters((long) part.value().length() + between.length());
            Text.requireFits(out.length());
            out.append(part.value()).append(between);
        }
        return new Text(out.toString());
    }

    private static Arguments.Bound positional(Arguments all, String name, int required, String... parameters) {
        if (!all.named().isEmpty()) {
            throw new Fault("str." + name + "() takes no keyword arguments");
        }
        return all.bind(name, required, parameters);
    }

    private static Value plain(Text receiver, String name, UnaryOperator<String> operation) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, all) -> {
            all.bind(name, 0);
            return new Text(operation.apply(text));
        });
    }

    private static Value strip(Text receiver, String name, boolean left, boolean right) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, all) -> {
            Arguments.Bound bound = positional(all, name, 0, "chars");
            IntPredicate drop = PythonText::space;
            if (!bound.none(0)) {
                drop = PythonText.anyOf(run, bound.text(0));
            }
            return new Text(PythonText.strip(text, drop, left, right));
        });
    }

    private static Value affix(Text receiver, String name, BiPredicate<String, String> test) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, all) -> {
            Arguments.Bound bound = positional(all, name, 1, "affix");
            run.reads(bound.get(0).extent().weight());
            if (bound.get(0) instanceof Sequence tuple && tuple.kind() == Sequence.Kind.TUPLE) {
                return Bool.of(tuple.values().stream().anyMatch(value -> {
                    if (value instanceof Text affix) {
                        return test.test(text, affix.value());
                    }
                    throw new Fault(name + "() wants strings");
                }));
            }
            return Bool.of(test.test(text, bound.text(0)));
        });
    }

    private static Value split(Run run, String text, String name, Arguments all) {
        Arguments.Bound bound = all.bind(name, 0, "sep", "maxsplit");
        String separator = bound.none(0) ? null : separator(bound.text(0));
        long limit = bound.number(1, -1);
        return texts(
                name.equals("split")
                        ? PythonText.split(run, text, separator, limit)
                        : PythonText.splitFromRight(run, text, separator, limit));
    }

    private static long count(Run run, String text, String part) {
        Search search = Search.forward(run, text, part);
        long count = 0;
        for (int at = search.from(0); at >= 0; at = search.from(at + part.length())) {
            count++;
        }
        return count;
    }

    private static String separator(String separator) {
        if (separator.isEmpty()) {
            throw new Fault("empty separator");
        }
        return separator;
    }

    private static Value parts(String text, int at, String separator) {
        return parts(text.substring(0, at), separator, text.substring(at + separator.length()));
    }

    private static Value parts(String before, String separator, String after) {
        return Sequence.tuple(new Text(before), new Text(separator), new Text(after));
    }

    private static Value position(Text receiver, String name, boolean last, boolean must) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, all) -> {
            String part = positional(all, name, 1, "sub").text(0);
            int at = last
                    ? Search.backward(run, text, part).upTo(text.length())
                    : Search.forward(run, text, part).from(0);
            if (at < 0 && must) {
                throw new Fault("substring not found");
            }
            return new Int(at < 0 ? -1 : text.codePointCount(0, at));
        });
    }

    private static Value all(Text receiver, String name, IntPredicate test) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, arguments) -> {
            arguments.bind(name, 0);
            return Bool.of(!text.isEmpty() && text.codePoints().allMatch(test));
        });
    }

    private static Value cased(Text receiver, String name, IntPredicate test) {
        String text = receiver.value();
        return CollectionMethods.method(receiver, name, (run, arguments) -> {
            arguments.bind(name, 0);
            int[] cased = text.codePoints().filter(PythonText::cased).toArray();
            return Bool.of(cased.length > 0 && Arrays.stream(cased).allMatch(test));
        });
    }

    static Value texts(List<String> texts) {
        List<Value> values = new ArrayList<>();
        texts.forEach(text -> values.add(new Text(text)));
        return Sequence.list(values);
    }
}
