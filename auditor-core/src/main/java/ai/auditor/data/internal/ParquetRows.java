package ai.auditor.data.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** Puts the values of Parquet's columns together to records. */
final class ParquetRows extends RecordMaterializer<Json.Fields> {
    private final RowBudget budget;
    private final GroupConverter root;
    private Json.Fields current = new Json.Fields(Map.of());

    ParquetRows(GroupType schema, RowBudget budget) {
        this.budget = budget;
        root = new Struct(schema, fields -> current = (Json.Fields) fields);
    }

    @Override
    public Json.Fields getCurrentRecord() {
        return current;
    }

    @Override
    public GroupConverter getRootConverter() {
        return root;
    }

    private Converter converter(Type type, Consumer<Json> sink) {
        if (type.isPrimitive()) {
            return new Value(type.asPrimitiveType(), sink);
        }
        GroupType group = type.asGroupType();
        return isList(group) ? new Items(group, sink) : new Struct(group, sink);
    }

    private static boolean isList(GroupType group) {
        return group.getLogicalTypeAnnotation() instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation
                && group.getFieldCount() == 1
                && group.getType(0).isRepetition(Type.Repetition.REPEATED);
    }

    /** A group: fields by name, of which a repeated one that is in no list is a list by itself. */
    private final class Struct extends GroupConverter {
        private final GroupType type;
        private final Consumer<Json> sink;
        private final List<Converter> converters = new ArrayList<>();
        private Map<String, Json> values = new LinkedHashMap<>();
        private Map<String, List<Json>> repeated = new LinkedHashMap<>();

        Struct(GroupType type, Consumer<Json> sink) {
            this.type = type;
            this.sink = sink;
            for (Type field : type.getFields()) {
                converters.add(converter(field, sinkOf(field)));
            }
        }

        private Consumer<Json> sinkOf(Type field) {
            String name = field.getName();
            return field.isRepetition(Type.Repetition.REPEATED)
                    ? value -> repeated.computeIfAbsent(name, absent -> new ArrayList<>())
                            .add(value)
                    : value -> values.put(name, value);
        }

        @Override
        public Converter getConverter(int index) {
            return converters.get(index);
        }

        @Override
        public void start() {
            values = new LinkedHashMap<>();
            repeated = new LinkedHashMap<>();
            for (Type field : type.getFields()) {
                values.put(field.getName(), Json.Constant.NULL);
            }
        }

        @Override
        public void end() {
            if (budget.take(0)) {
                repeated.forEach(
                        (name, items) -> values.put(name, new Json.Items(Collections.unmodifiableList(items))));
                sink.accept(new Json.Fields(Collections.unmodifiableMap(values)));
            }
        }
    }

    /** A list, in one of the ways in which writers have laid them out. */
    private final class Items extends GroupConverter {
        private final Consumer<Json> sink;
        private final Converter repeated;
        private List<Json> values = new ArrayList<>();

        Items(GroupType type, Consumer<Json> sink) {
            this.sink = sink;
            Type inner = type.getType(0);
            repeated = isElement(inner, type.getName())
                    ? converter(inner, this::add)
                    : new Element(inner.asGroupType(), this::add);
        }

        /** The rules for old files in the format's LogicalTypes.md. */
        private static boolean isElement(Type repeated, String list) {
            return repeated.isPrimitive()
                    || repeated.asGroupType().getFieldCount() != 1
                    || repeated.asGroupType().getType(0).isRepetition(Type.Repetition.REPEATED)
                    || repeated.getName().equals("array")
                    || repeated.getName().equals(list + "_tuple");
        }

        private void add(Json value) {
            if (budget.take(0)) {
                values.add(value);
            }
        }

        @Override
        public Converter getConverter(int index) {
            return repeated;
        }

        @Override
        public void start() {
            values = new ArrayList<>();
        }

        @Override
        public void end() {
            if (budget.take(0)) {
                sink.accept(new Json.Items(Collections.unmodifiableList(values)));
            }
        }
    }

    /** The group around each item of a list, without which an item that is null would have no place. */
    private final class Element extends GroupConverter {
        private final Consumer<Json> sink;
        private final Converter converter;
        private Json value = Json.Constant.NULL;

        Element(GroupType type, Consumer<Json> sink) {
            this.sink = sink;
            converter = converter(type.getType(0), item -> value = item);
        }

        @Override
        public Converter getConverter(int index) {
            return converter;
        }

        @Override
        public void start() {
            value = Json.Constant.NULL;
        }

        @Override
        public void end() {
            sink.accept(value);
        }
    }

    /** A value that is no group. */
    private final class Value extends PrimitiveConverter {
        private final boolean text;
        private final boolean number;
        private final boolean signed;
        private final Consumer<Json> sink;

        Value(PrimitiveType type, Consumer<Json> sink) {
            this.sink = sink;
            LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
            boolean integer = annotation instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation;
            text = type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.BINARY
                    && (annotation == null
                            || annotation instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
                            || annotation instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation
                            || annotation instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation);
            number = annotation == null || integer;
            signed = !(annotation instanceof LogicalTypeAnnotation.IntLogicalTypeAnnotation kind) || kind.isSigned();
        }

        @Override
        public void addBinary(Binary value) {
            if (!text) {
                // A date, a decimal: whatever uses it says that it is not what it should be.
                sink.accept(Json.Constant.TRUE);
            } else if (budget.take(value.length())) {
                sink.accept(budget.text(value.toByteBuffer()));
            }
        }

        @Override
        public void addInt(int value) {
            addNumber(signed ? Integer.toString(value) : Integer.toUnsignedString(value));
        }

        @Override
        public void addLong(long value) {
            addNumber(signed ? Long.toString(value) : Long.toUnsignedString(value));
        }

        @Override
        public void addFloat(float value) {
            if (Float.isFinite(value)) {
                addNumber(Decimals.of(value));
            }
        }

        @Override
        public void addDouble(double value) {
            if (Double.isFinite(value)) {
                addNumber(Decimals.of(value));
            }
        }

        @Override
        public void addBoolean(boolean value) {
            sink.accept(value ? Json.Constant.TRUE : Json.Constant.FALSE);
        }

        private void addNumber(String literal) {
            if (budget.take(literal.length())) {
                sink.accept(number ? new Json.Numeral(literal) : Json.Constant.TRUE);
            }
        }
    }
}
