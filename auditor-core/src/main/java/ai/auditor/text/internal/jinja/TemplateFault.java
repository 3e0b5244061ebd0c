package ai.auditor.text.internal.jinja;

/** A template that cannot be parsed or rendered: what is wrong, where, and whether the template itself refused. */
public final class TemplateFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;
    private final boolean refusal;

    TemplateFault(String message, Place place, boolean refusal) {
        super(message, null, false, false);
        this.line = place.line();
        this.column = place.column();
        this.refusal = refusal;
    }

    /** Where the fault is. */
    public Place place() {
        return new Place(line, column);
    }

    /** Whether the template called {@code raise_exception}: it is sound, but takes no such conversation. */
    public boolean refusal() {
        return refusal;
    }
}
