package ai.auditor.probe;

import java.util.Collections;
import java.util.SortedMap;

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

    /** Whether all that it reads of the model is {@link Study#activations}, so that a signal can be planted in it. */
    default boolean readsActivationsAlone() {
        return false;
    }

    /** What the probe was set up with beside the policy, for provenance: names with values, sorted. */
    default SortedMap<String, String> settings() {
        return Collections.emptySortedMap();
    }

    /** Which kinds of teacher it can see, as far as that was measured; without a measurement nothing is claimed. */
    default Coverage coverage() {
        return Coverage.UNMEASURED;
    }

    /**
     * Examines a study.
     *
     * @throws ai.auditor.AuditException with {@code INTERRUPTED} if the thread was interrupted
     */
    Evidence examine(Study study);
}
