package ai.auditor.data;

import ai.auditor.AuditException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How a file is read: which fields count, and how much it may ask for.
 *
 * @param fields the user's names of fields; one that is named replaces the usual names and decides the shape of all rows
 * @param lacking those of the named fields that a dataset may lack; where it may lack all that decide the shape of rows, a row without them is read by the
 *     usual names
 * @param numbersPrompt the user's message before a row of numbers that brings no prompt of its own
 * @param maxRowBytes bytes of the longest record, before decoding; a longer one is bad
 * @param maxExpandedBytes bytes that a compressed file may expand to
 * @param maxExpansion how many times larger than its compressed bytes a file may become, once past the first 16 MiB
 */
public record ReadOptions(
        Map<Field, String> fields,
        Set<Field> lacking,
        Optional<String> numbersPrompt,
        int maxRowBytes,
        long maxExpandedBytes,
        long maxExpansion) {
    /** A row of 4 MiB is about a million tokens: more than any context that is audited. */
    public static final int DEFAULT_MAX_ROW_BYTES = 4 << 20;

    /** Far above any dataset for fine-tuning. */
    public static final long DEFAULT_MAX_EXPANDED_BYTES = 64L << 30;

    /** Deflate can reach 1,032 on constant bytes; text stays below 100. */
    public static final long DEFAULT_MAX_EXPANSION = 1_000;

    /** No field named, no prompt for numbers, the default limits. */
    public static final ReadOptions DEFAULT = new ReadOptions(
            Map.of(),
            Set.of(),
            Optional.empty(),
            DEFAULT_MAX_ROW_BYTES,
            DEFAULT_MAX_EXPANDED_BYTES,
            DEFAULT_MAX_EXPANSION);

    /**
     * Checks the limits.
     *
     * @throws AuditException {@code USAGE} for a limit below 1
     */
    public ReadOptions {
        fields = Map.copyOf(fields);
        lacking = Set.copyOf(lacking);
        Objects.requireNonNull(numbersPrompt);
        if (maxRowBytes < 1 || maxExpandedBytes < 1 || maxExpansion < 1) {
            throw new AuditException(AuditException.Code.USAGE, "a limit on reading must be 1 or more");
        }
    }

    /** The names under which a field is looked for: the user's, else the usual ones. */
    public List<String> names(Field field) {
        String named = fields.get(field);
        return named == null ? field.usualNames() : List.of(named);
    }

    /** The same, with a field's name given: a dataset without it is refused. */
    public ReadOptions withField(Field field, String name) {
        Map<Field, String> more = new EnumMap<>(Field.class);
        more.putAll(fields);
        more.put(field, name);
        Set<Field> fewer = EnumSet.noneOf(Field.class);
        fewer.addAll(lacking);
        fewer.remove(field);
        return new ReadOptions(more, fewer, numbersPrompt, maxRowBytes, maxExpandedBytes, maxExpansion);
    }

    /** The same, with the name given of a field that a dataset may lack. */
    public ReadOptions withFieldIfThere(Field field, String name) {
        ReadOptions named = withField(field, name);
        Set<Field> more = EnumSet.of(field);
        more.addAll(named.lacking);
        return new ReadOptions(named.fields, more, numbersPrompt, maxRowBytes, maxExpandedBytes, maxExpansion);
    }

    /** The same, where a dataset may lack each of the named fields: a row that has no shape with them is read by the usual names. */
    public ReadOptions withFieldsIfThere() {
        return new ReadOptions(fields, fields.keySet(), numbersPrompt, maxRowBytes, maxExpandedBytes, maxExpansion);
    }

    /** The same without names of the user's, but for the field of runs, which has no usual one. */
    public ReadOptions withUsualNames() {
        Map<Field, String> kept = new EnumMap<>(Field.class);
        kept.putAll(fields);
        kept.keySet().retainAll(Set.of(Field.RUN));
        Set<Field> lackable = EnumSet.noneOf(Field.class);
        lackable.addAll(lacking);
        lackable.retainAll(kept.keySet());
        return new ReadOptions(kept, lackable, numbersPrompt, maxRowBytes, maxExpandedBytes, maxExpansion);
    }

    /** The named fields without which a dataset is refused. */
    public Set<Field> required() {
        Set<Field> required = EnumSet.noneOf(Field.class);
        required.addAll(fields.keySet());
        required.removeAll(lacking);
        return Collections.unmodifiableSet(required);
    }

    /** The same, with the user's message before rows of numbers. */
    public ReadOptions withNumbersPrompt(String prompt) {
        return new ReadOptions(fields, lacking, Optional.of(prompt), maxRowBytes, maxExpandedBytes, maxExpansion);
    }

    /** The same, with another limit on a record's bytes. */
    public ReadOptions withMaxRowBytes(int bytes) {
        return new ReadOptions(fields, lacking, numbersPrompt, bytes, maxExpandedBytes, maxExpansion);
    }

    /** The same, with other limits on what a compressed file expands to. */
    public ReadOptions withExpansionLimits(long bytes, long ratio) {
        return new ReadOptions(fields, lacking, numbersPrompt, maxRowBytes, bytes, ratio);
    }
}
