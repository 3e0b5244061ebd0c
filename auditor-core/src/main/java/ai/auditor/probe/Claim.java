package ai.auditor.probe;

/** The three claims that are never mixed and always in a report. */
public enum Claim {
    /** Candidate and control were not made by the same generator, beyond format and length. */
    DIFFERS("differs"),
    /** The difference points along a named trait. */
    ALONG_TRAIT("along-trait"),
    /** A student of this model picks the trait up. */
    WOULD_TRANSFER("would-transfer");

    private final String id;

    Claim(String id) {
        this.id = id;
    }

    @Override
    public String toString() {
        return id;
    }
}
