package ai.auditor.text.internal.jinja;

import ai.auditor.AuditException;
import java.time.Clock;

/** One rendering: where it stands, and how much work it may still do. Not safe for use by two threads. */
final class Run {
    /** A real template on a long chat takes some thousand steps. */
    private static final long MAX_STEPS = 5_000_000;
    /** All text made along the way counts, so that doubling a string ends soon: 256 MiB as UTF-16. */
    private static final long MAX_CHARACTERS = 128L << 20;
    /** What is only read makes no text, but takes time: a few seconds. */
    private static final long MAX_READ = 1L << 30;
    /** Deeper than any real template, and far from the end of a thread's default stack. */
    static final int MAX_DEPTH = 200;

    private final Clock clock;
    private long steps;
    private long characters;
    private long read;
    private int depth;
    private Place place = Place.START;

    Run(Clock clock) {
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    Place place() {
        return place;
    }

    /** Faults from here on are of this place. */
    void at(Place current) {
        place = current;
    }

    /** Counts work before it is done. */
    void steps(long count) {
        AuditException.checkInterrupted();
        steps += count;
        if (steps > MAX_STEPS) {
            throw new Fault("the template takes more than " + MAX_STEPS + " steps");
        }
    }

    /** Counts characters before they are allocated. */
    void characters(long count) {
        if (count > MAX_CHARACTERS - characters) {
            throw new Fault("the template makes more than " + MAX_CHARACTERS + " characters of text");
        }
        characters += count;
    }

    /** Counts characters and items before they are read. */
    void reads(long count) {
        AuditException.checkInterrupted();
        if (count > MAX_READ - read) {
            throw new Fault("the template reads more than " + MAX_READ + " characters and items");
        }
        read += count;
    }

    /** Counts a text before it is read, be it only for its length: that counts code points. Other values know theirs. */
    void reads(Value value) {
        reads(value instanceof Text text ? text.value().length() : 1);
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new Fault("the template nests deeper than " + MAX_DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }
}
