package ai.auditor.audit;

import ai.auditor.probe.Claim;

/** What follows from the claims: the highest that any detected claim carries. */
public enum Risk {
    /** No claim detected. */
    NONE,
    /** Only {@code differs} detected. */
    LOW,
    /** {@code along-trait} detected. */
    ELEVATED,
    /** {@code would-transfer} detected. */
    HIGH;

    /** The risk that a claim carries where it is detected. */
    public static Risk of(Claim claim) {
        return switch (claim) {
            case DIFFERS -> LOW;
            case ALONG_TRAIT -> ELEVATED;
            case WOULD_TRANSFER -> HIGH;
        };
    }

    /** The lowest risk that fails the gate. */
    public enum Threshold {
        NEVER,
        LOW,
        ELEVATED,
        HIGH;

        /** Whether a risk fails this gate. */
        public boolean failedBy(Risk risk) {
            return switch (this) {
                case NEVER -> false;
                case LOW -> risk.compareTo(Risk.LOW) >= 0;
                case ELEVATED -> risk.compareTo(Risk.ELEVATED) >= 0;
                case HIGH -> risk.compareTo(Risk.HIGH) >= 0;
            };
        }
    }
}
