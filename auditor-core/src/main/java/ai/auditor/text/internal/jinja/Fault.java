package ai.auditor.text.internal.jinja;

/** What goes wrong while an expression is evaluated; {@link Run} knows the place and turns it into a {@link TemplateFault}. */
final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refusal;

    Fault(String message) {
        this(message, false);
    }

    private Fault(String message, boolean refusal) {
        super(message, null, false, false);
        this.refusal = refusal;
    }

    static Fault refused(String message) {
        return new Fault(message, true);
    }

    boolean refusal() {
        return refusal;
    }
}
