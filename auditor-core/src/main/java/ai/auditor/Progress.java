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

    /**
     * Hears the stages of one unit of a longer stage, and tells how far they are behind that stage's own count.
     *
     * @param part the unit that is worked on
     */
    default Progress within(String stage, long done, long total, String unit, String part) {
        return (inner, innerDone, innerTotal, innerUnit) -> {
            long perCent = innerTotal > 0 ? 100 * innerDone / innerTotal : 0;
            report(stage, done, total, unit + " (" + part + ": " + inner + " " + perCent + " %)");
        };
    }
}
