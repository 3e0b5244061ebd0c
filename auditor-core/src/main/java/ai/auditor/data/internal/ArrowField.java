package ai.auditor.data.internal;

import com.google.flatbuffers.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Union;
import org.apache.arrow.flatbuf.UnionMode;

/**
 * A column of an Arrow schema, or one inside another.
 *
 * @param layout how its buffers lie
 * @param size of a number its bits, of a fixed-size list its items, else 0
 * @param signed whether an integer has a sign
 * @param dictionary if its values are numbers of the values in a dictionary
 * @param children the columns inside it
 */
record ArrowField(
        String name,
        Layout layout,
        int size,
        boolean signed,
        Optional<Dictionary> dictionary,
        List<ArrowField> children) {
    /** A name longer than this is none that a row's field has. */
    private static final int LONGEST_NAME = 1_000;

    /**
     * Where the values of a column are.
     *
     * @param id names the dictionary
     * @param bits of a value's number
     * @param signed whether the number has a sign
     */
    record Dictionary(long id, int bits, boolean signed) {}

    /** How the buffers of a column lie, with their number beside those of its children. */
    enum Layout {
        NULL(0),
        BOOLEAN(2),
        INTEGER(2),
        FLOATING(2),
        TEXT(3),
        LARGE_TEXT(3),
        /** Also as many buffers as the batch says. */
        TEXT_VIEW(2),
        LIST(2),
        LARGE_LIST(2),
        LIST_VIEW(3),
        LARGE_LIST_VIEW(3),
        FIXED_LIST(1),
        STRUCT(1),
        /** Decimals, dates and what else no row is made of. */
        OTHER(2),
        SPARSE_UNION(1),
        DENSE_UNION(2),
        RUN_END_ENCODED(0);

        private final int buffers;

        Layout(int buffers) {
            this.buffers = buffers;
        }

        int buffers() {
            return buffers;
        }
    }

    /**
     * The columns of a schema.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     * @throws RuntimeException where it is broken
     */
    static List<ArrowField> of(Schema schema) {
        if (schema.endianness() != Endianness.Little) {
            throw new IllegalArgumentException("its numbers are big-endian; write it on a usual machine");
        }
        int[] left = {ColumnFile.MOST_COLUMNS};
        List<ArrowField> fields = new ArrayList<>();
        for (int i = 0; i < schema.fieldsLength(); i++) {
            fields.add(of(schema.fields(i), 1, left));
        }
        return List.copyOf(fields);
    }

    private static ArrowField of(Field field, int depth, int[] left) {
        if (depth > ColumnFile.MAX_NESTING) {
            throw new IllegalArgumentException(
                    "its columns are nested deeper than " + ColumnFile.MAX_NESTING + " levels");
        }
        if (--left[0] < 0) {
            throw new IllegalArgumentException("it has more than " + ColumnFile.MOST_COLUMNS + " columns");
        }
        if (field.nameAsByteBuffer() != null && field.nameAsByteBuffer().remaining() > LONGEST_NAME) {
            throw new IllegalArgumentException("a column's name is longer than " + LONGEST_NAME + " bytes");
        }
        List<ArrowField> children = new ArrayList<>();
        for (int i = 0; i < field.childrenLength(); i++) {
            children.add(of(field.children(i), depth + 1, left));
        }
        String name = field.name() == null ? "" : field.name();
        Layout layout = layout(field);
        int wanted = switch (layout) {
            case LIST, LARGE_LIST, LIST_VIEW, LARGE_LIST_VIEW, FIXED_LIST -> 1;
            case RUN_END_ENCODED -> 2;
            default -> children.size();
        };
        if (children.size() != wanted) {
            throw new IllegalArgumentException("a list in it is a list of " + children.size() + " columns");
        }
        return new ArrowField(name, layout, size(field), signed(field), dictionary(field), List.copyOf(children));
    }

    private static Layout layout(Field field) {
        return switch (field.typeType()) {
            case Type.Null -> Layout.NULL;
            case Type.Bool -> Layout.BOOLEAN;
            case Type.Int -> Layout.INTEGER;
            case Type.FloatingPoint -> Layout.FLOATING;
            case Type.Utf8, Type.Binary -> Layout.TEXT;
            case Type.LargeUtf8, Type.LargeBinary -> Layout.LARGE_TEXT;
            case Type.Utf8View, Type.BinaryView -> Layout.TEXT_VIEW;
            case Type.List, Type.Map -> Layout.LIST;
            case Type.LargeList -> Layout.LARGE_LIST;
            case Type.ListView -> Layout.LIST_VIEW;
            case Type.LargeListView -> Layout.LARGE_LIST_VIEW;
            case Type.FixedSizeList -> Layout.FIXED_LIST;
            case Type.Struct_ -> Layout.STRUCT;
            case Type.Decimal,
                    Type.Date,
                    Type.Time,
                    Type.Timestamp,
                    Type.Interval,
                    Type.Duration,
                    Type.FixedSizeBinary -> Layout.OTHER;
            case Type.Union ->
                ((Union) typed(field, new Union())).mode() == UnionMode.Dense
                        ? Layout.DENSE_UNION
                        : Layout.SPARSE_UNION;
            case Type.RunEndEncoded -> Layout.RUN_END_ENCODED;
            default ->
                throw new IllegalArgumentException("a column has a type that is not known (" + field.typeType() + ")");
        };
    }

    private static int size(Field field) {
        return switch (field.typeType()) {
            case Type.Int -> bits(((Int) typed(field, new Int())).bitWidth());
            case Type.FloatingPoint ->
                switch (((FloatingPoint) typed(field, new FloatingPoint())).precision()) {
                    case Precision.HALF -> Short.SIZE;
                    case Precision.SINGLE -> Float.SIZE;
                    default -> Double.SIZE;
                };
            case Type.FixedSizeList -> Math.max(0, ((FixedSizeList) typed(field, new FixedSizeList())).listSize());
            default -> 0;
        };
    }

    private static boolean signed(Field field) {
        return field.typeType() == Type.Int && ((Int) typed(field, new Int())).isSigned();
    }

    private static Optional<Dictionary> dictionary(Field field) {
        DictionaryEncoding encoding = field.dictionary();
        if (encoding == null) {
            return Optional.empty();
        }
        Int index = encoding.indexType();
        return Optional.of(
                index == null
                        ? new Dictionary(encoding.id(), Integer.SIZE, true)
                        : new Dictionary(encoding.id(), bits(index.bitWidth()), index.isSigned()));
    }

    private static Table typed(Field field, Table type) {
        Table found = field.type(type);
        if (found == null) {
            throw new IllegalArgumentException("a column's type is missing");
        }
        return found;
    }

    private static int bits(int bits) {
        if (bits != Byte.SIZE && bits != Short.SIZE && bits != Integer.SIZE && bits != Long.SIZE) {
            throw new IllegalArgumentException("an integer has " + bits + " bits");
        }
        return bits;
    }

    /** The same column with its values in place. */
    ArrowField withoutDictionary() {
        return new ArrowField(name, layout, size, signed, Optional.empty(), children);
    }

    /** Notes this column and those inside it that have a dictionary, by its id. */
    void dictionariesInto(Map<Long, ArrowField> found) {
        dictionary.ifPresent(encoding -> found.putIfAbsent(encoding.id(), withoutDictionary()));
        children.forEach(child -> child.dictionariesInto(found));
    }

    /** The first column in it that no row can be made of, by the name of its layout. */
    Optional<String> unreadable() {
        if (Set.of(Layout.SPARSE_UNION, Layout.DENSE_UNION, Layout.RUN_END_ENCODED)
                .contains(layout)) {
            return Optional.of(layout.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return children.stream().flatMap(child -> child.unreadable().stream()).findFirst();
    }
}
