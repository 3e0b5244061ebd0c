package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Row;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds the one shape that a record has and makes the row of it. */
public final class RowShapes {
    private final String name;
    private final ReadOptions options;
    private final List<Shape> shapes;
    private final List<Shape> usualShapes;
    private final Set<Field> neverSeen;
    private final Optional<RunName> runName;
    private Optional<Set<String>> firstFields = Optional.empty();

    /**
     * The shapes that a dataset's records may have.
     *
     * @param name what messages call the dataset
     * @throws AuditException {@code USAGE} if the fields that the user named make no shape together
     */
    public RowShapes(String name, ReadOptions options) {
        this.name = name;
        this.options = options;
        shapes = Shape.open(options);
        usualShapes = options.lacking().containsAll(Shape.deciding(options))
                ? Shape.open(options.withUsualNames())
                : List.of();
        neverSeen = EnumSet.noneOf(Field.class);
        neverSeen.addAll(options.required());
        runName = RunName.of(options);
        if (shapes.isEmpty()) {
            throw usage(name + ": no shape of row has all of " + optionsOf(Shape.deciding(options))
                    + "; name the fields of one shape");
        }
    }

    /**
     * The row that a record is.
     *
     * @throws BadRecord if it is none
     * @throws AuditException {@code USAGE} if it fits two shapes, or is numbers without a prompt
     */
    public Row row(Place place, Json.Fields fields) {
        if (firstFields.isEmpty()) {
            firstFields = Optional.of(fields.values().keySet());
        }
        neverSeen.removeIf(field -> options.names(field).stream().anyMatch(fields::has));
        Row row = RowContent.row(
                        place.record(),
                        shapeOf(fields, place),
                        fields,
                        () -> options.numbersPrompt()
                                .orElseThrow(
                                        () -> usage(
                                                place
                                                        + ": a row of numbers without a prompt; give the user's message with --prompt")))
                .withLine(place.line());
        return runName.flatMap(name -> name.in(fields)).map(row::withRun).orElse(row);
    }

    /**
     * Checks at the end of a dataset that each field that the user named was there.
     *
     * @throws AuditException {@code USAGE} naming those that were not, and those that the first record has
     */
    public void checkNamedFields() {
        if (firstFields.isPresent() && !neverSeen.isEmpty()) {
            String missing = neverSeen.stream()
                    .map(field -> Printable.quoted(options.names(field).get(0)) + " (" + field.option() + ")")
                    .collect(Collectors.joining(", "));
            throw usage(name + ": no row has a value in the field " + missing + "; the fields of its first row: "
                    + Printable.quotedAll(firstFields.get()));
        }
    }

    private Shape shapeOf(Json.Fields fields, Place place) {
        List<Shape> found = fitting(shapes, fields);
        if (found.isEmpty()) {
            found = fitting(usualShapes, fields);
        }
        if (found.isEmpty()) {
            throw new BadRecord(missing(fields) + "; its fields: "
                    + Printable.quotedAll(fields.values().keySet()));
        }
        if (found.size() > 1) {
            throw usage(place + ": the row fits two shapes, "
                    + Printable.quotedAll(found.get(0).fieldNames()) + " and "
                    + Printable.quotedAll(found.get(1).fieldNames()) + "; say which fields count with "
                    + optionsOf(found.get(0).names().keySet()) + " or "
                    + optionsOf(found.get(1).names().keySet()));
        }
        return found.get(0);
    }

    private static List<Shape> fitting(List<Shape> shapes, Json.Fields fields) {
        List<Shape> found = new ArrayList<>();
        for (Shape shape : shapes) {
            if (shape.fits(fields) && found.stream().noneMatch(larger -> larger.covers(shape))) {
                found.add(shape);
            }
        }
        return found;
    }

    private String missing(Json.Fields fields) {
        Map<String, String> absent = new TreeMap<>();
        options.required().stream()
                .map(field -> options.names(field).get(0))
                .filter(named -> !fields.has(named))
                .forEach(named -> absent.put(named, Printable.quoted(named)));
        return absent.isEmpty() ? "no known fields of a row" : "no field " + String.join(", ", absent.values());
    }

    private static String optionsOf(Set<Field> fields) {
        return fields.stream().sorted().map(Field::option).collect(Collectors.joining(" "));
    }

    private static AuditException usage(String message) {
        return new AuditException(AuditException.Code.USAGE, message);
    }
}
