package ai.auditor.audit;

/** What made a result. */
public final class Tool {
    /** The version of this library, as in its build file. */
    public static final String VERSION = "0.1.0";

    /** Name and version, as reports print them. */
    public static final String NAME = "auditor " + VERSION;

    private Tool() {}
}
