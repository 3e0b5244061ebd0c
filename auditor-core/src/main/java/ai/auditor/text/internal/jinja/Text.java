package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Python's {@code str}: its length and positions count code points. */
record Text(String value) implements Value {
    static final Text EMPTY = new Text("");

    static Text of(int codePoint) {
        return new Text(Character.toString(codePoint));
    }

    int length() {
        return value.codePointCount(0, value.length());
    }

    int[] codePoints() {
        return value.codePoints().toArray();
    }

    @Override
    public Extent extent() {
        return new Extent(1L + value.length(), 0);
    }

    @Override
    public String type() {
        return "str";
    }

    @Override
    public OptionalInt size() {
        return OptionalInt.of(length());
    }

    @Override
    public Iterator<Value> iterator() {
        return value.codePoints().<Value>mapToObj(Text::of).iterator();
    }

    @Override
    public @Nullable Value attribute(String name) {
        return TextMethods.of(this, name);
    }

    @Override
    public @Nullable Value item(Value key) {
        OptionalInt index = Slices.index(key, length());
        return index.isEmpty() ? null : Text.of(value.codePointAt(value.offsetByCodePoints(0, index.getAsInt())));
    }
}
