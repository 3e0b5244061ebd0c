package ai.auditor.text.internal.jinja;

/** A place in a template's source; line and column count from 1. */
public record Place(int line, int column) {
    static final Place START = new Place(1, 1);
}
