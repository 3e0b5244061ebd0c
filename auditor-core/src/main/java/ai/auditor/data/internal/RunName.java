package ai.auditor.data.internal;

import ai.auditor.Printable;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.Row;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads which generation run a record comes from: a string, or an integer, which is the same run as the string of its digits, since CSV
 * cannot tell the two apart.
 *
 * @param field the name of the field
 * @param required whether a record without a run is bad; else it is a row without one
 */
record RunName(String field, boolean required) {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

    /** Empty where the options name no such field. */
    static Optional<RunName> of(ReadOptions options) {
        return Optional.ofNullable(options.fields().get(Field.RUN))
                .map(name -> new RunName(name, options.required().contains(Field.RUN)));
    }

    /**
     * The run of a record.
     *
     * @throws BadRecord if it has to have one and does not
     */
    Optional<String> in(Json.Fields fields) {
        Optional<String> run = text(fields.get(field)).filter(Row::isRun);
        if (run.isEmpty() && required) {
            throw new BadRecord(
                    fields.has(field)
                            ? Printable.quoted(field)
                                    + " names no run: a string that is not blank or an integer is wanted, of at most "
                                    + Row.LONGEST_RUN + " characters"
                            : "no field " + Printable.quoted(field) + ", by which the row would say what run it is of");
        }
        return run;
    }

    private static Optional<String> text(Json value) {
        if (value instanceof Json.Text text) {
            return Optional.of(text.value());
        }
        if (value instanceof Json.Numeral number) {
            return Optional.of(number.literal())
                    .filter(literal -> INTEGER.matcher(literal).matches());
        }
        return Optional.empty();
    }
}
