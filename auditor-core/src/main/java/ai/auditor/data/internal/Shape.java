package ai.auditor.data.internal;

import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One way in which a record can be a row: what kind of row, and which field plays which part.
 *
 * @param kind what is made of the fields
 * @param names the name of each field that must be there
 */
record Shape(Kind kind, Map<Field, String> names) {
    /** The kinds of rows, each with the fields that it must have. */
    enum Kind {
        MESSAGES(false, Field.MESSAGES),
        ANSWERED(false, Field.PROMPT, Field.COMPLETION),
        TEXT(false, Field.TEXT),
        NUMBERS(true, Field.NUMBERS),
        PREFERENCE(true, Field.CHOSEN, Field.REJECTED);

        private final boolean mayHavePrompt;

        @SuppressWarnings("ImmutableEnumChecker") // made by List.of
        private final List<Field> fields;

        Kind(boolean mayHavePrompt, Field... fields) {
            this.mayHavePrompt = mayHavePrompt;
            this.fields = List.of(fields);
        }

        private List<List<Field>> fieldSets() {
            List<Field> withPrompt = new ArrayList<>(fields);
            withPrompt.add(0, Field.PROMPT);
            return mayHavePrompt ? List.of(fields, withPrompt) : List.of(fields);
        }
    }

    /** All shapes that the options leave open; those with more fields first. */
    static List<Shape> open(ReadOptions options) {
        Set<Field> deciding = deciding(options);
        List<Shape> shapes = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (List<Field> fields : kind.fieldSets()) {
                if (fields.containsAll(deciding)) {
                    named(fields, options).forEach(names -> shapes.add(new Shape(kind, names)));
                }
            }
        }
        shapes.sort(Comparator.comparingInt(shape -> -shape.names.size()));
        return List.copyOf(shapes);
    }

    /** The named fields that every shape has to have. */
    static Set<Field> deciding(ReadOptions options) {
        Set<Field> deciding = EnumSet.noneOf(Field.class);
        deciding.addAll(options.fields().keySet());
        deciding.remove(Field.RUN);
        return deciding;
    }

    private static List<Map<Field, String>> named(List<Field> fields, ReadOptions options) {
        List<Map<Field, String>> found = List.of(Map.of());
        for (Field field : fields) {
            List<Map<Field, String>> longer = new ArrayList<>();
            for (Map<Field, String> names : found) {
                for (String name : options.names(field)) {
                    Map<Field, String> more = new EnumMap<>(Field.class);
                    more.putAll(names);
                    more.put(field, name);
                    longer.add(more);
                }
            }
            found = longer;
        }
        return found;
    }

    boolean fits(Json.Fields record) {
        return names.values().stream().allMatch(record::has);
    }

    /** Whether the other is this shape without its optional prompt. */
    boolean covers(Shape other) {
        return kind == other.kind && names.entrySet().containsAll(other.names.entrySet());
    }

    Set<String> fieldNames() {
        return new TreeSet<>(names.values());
    }
}
