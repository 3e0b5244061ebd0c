package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Python's {@code str}: its length and positions count code points. */
record Text(String value) implements Value {
    static final Text EMPTY = new Text("");

    Text {
        requireFits(value.length());
    }

    /** Refuses a text that is too long, at best before it is made. */
    static void requireFits(long length) {
        if (length > Extent.MAX_WEIGHT) {
            throw new Fault("a text has more than " + Extent.MAX_WEIGHT + " characters");
        }
    }

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
    public boolean truth() {
        return !value.isEmpty();
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
