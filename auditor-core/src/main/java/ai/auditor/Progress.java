package ai.auditor;

/** Told how far a long stage is; called often, from the thread that works. */
@FunctionalInterface
public interface Progress {
    /** Hears nothing. */
    Progress NONE = (stage, done, total, unit) -> {};

    /**
     * One step of a stage.
     *
     * @param stage what is being done, for a person to read
     * @param done units done so far
     * @param total units in all, or 0 where unknown
     * @param unit the name of a unit, plural ("tokens", "rows")
     */
    void report(String stage, long done, long total, String unit);
}
