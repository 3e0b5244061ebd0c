package ai.auditor.data.internal;

import java.util.List;
import java.util.Map;

/** A value of a record, with numbers as they were written. */
sealed interface Json {
    /** A string without unpaired surrogates. */
    record Text(String value) implements Json {}

    /** A number, digit by digit as in the file. */
    record Numeral(String literal) implements Json {}

    /** A list. */
    record Items(List<Json> values) implements Json {}

    /** An object with its fields in the order of the file. */
    record Fields(Map<String, Json> values) implements Json {
        /** Whether the field is there and not null. */
        boolean has(String name) {
            Json value = values.get(name);
            return value != null && value != Constant.NULL;
        }

        /** A field's value; null where the field is absent. */
        Json get(String name) {
            return values.getOrDefault(name, Constant.NULL);
        }
    }

    /** The three words of JSON. */
    enum Constant implements Json {
        TRUE,
        FALSE,
        NULL
    }
}
