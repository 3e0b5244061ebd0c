package ai.auditor.text.internal.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable of a for statement; it reads ahead only as far as it is asked, as Jinja's does. */
final class Loop implements Value {
    private final OptionalInt known;
    private Iterator<Value> items;
    private int index = -1;
    private @Nullable Value before;
    private @Nullable Value current;
    private @Nullable Value after;
    private @Nullable Value lastChanged;

    /** A loop over these items, whose number is known beforehand or not. */
    Loop(Iterator<Value> items, OptionalInt known) {
        this.items = items;
        this.known = known;
    }

    /** The next item, or null at the end. */
    @Nullable
    Value next() {
        Value next = peek();
        after = null;
        before = current;
        current = next;
        index++;
        return next;
    }

    private @Nullable Value peek() {
        if (after == null && items.hasNext()) {
            after = items.next();
        }
        return after;
    }

    private long length() {
        if (known.isPresent()) {
            return known.getAsInt();
        }
        List<Value> rest = Operators.list(items);
        items = rest.iterator();
        return rest.size() + index + 1L + (after == null ? 0 : 1);
    }

    @Override
    public String type() {
        return "LoopContext";
    }

    @Override
    public @Nullable Value attribute(String name) {
        return switch (name) {
            case "index" -> new Int(index + 1L);
            case "index0" -> new Int(index);
            case "revindex" -> new Int(length() - index);
            case "revindex0" -> new Int(length() - index - 1);
            case "first" -> Bool.of(index == 0);
            case "last" -> Bool.of(peek() == null);
            case "length" -> new Int(length());
            case "depth" -> new Int(1);
            case "depth0" -> new Int(0);
            case "previtem" -> neighbour(before, "there is no previous item");
            case "nextitem" -> neighbour(peek(), "there is no next item");
            case "cycle" -> CollectionMethods.method(this, name, this::cycle);
            case "changed" -> CollectionMethods.method(this, name, this::changed);
            default -> null;
        };
    }

    private static Value neighbour(@Nullable Value value, String reason) {
        return value == null ? new Undefined(reason) : value;
    }

    private Value cycle(Run run, Arguments all) {
        if (all.positional().isEmpty()) {
            throw new Fault("no items for cycling given");
        }
        return all.positional().get(index % all.positional().size());
    }

    private Value changed(Run run, Arguments all) {
        Value now = Sequence.list(all.positional());
        boolean changed = lastChanged == null || !Operators.equal(run, lastChanged, now);
        lastChanged = now;
        return Bool.of(changed);
    }
}
