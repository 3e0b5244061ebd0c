package ai.auditor.probe;

/**
 * One way to look for a signal. A probe fits on one part of a study and scores another; it returns what it found, never
 * decides, and computes no p-value: the audit does.
 */
public interface Probe {
    /** The probe's name in reports ("linear"). */
    String name();

    /** The claim that its evidence bears on. */
    Claim claim();

    /** Whether anything is fitted to labels; if so the null of the pipeline refits it under swapped labels. */
    boolean fitted();

    /**
     * Examines a study.
     *
     * @throws ai.auditor.AuditException with {@code INTERRUPTED} if the thread was interrupted
     */
    Evidence examine(Study study);
}
