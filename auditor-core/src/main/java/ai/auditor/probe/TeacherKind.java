package ai.auditor.probe;

/** How the generator of a candidate differs from the control's: the kinds by which it is told what a probe can see. */
public enum TeacherKind {
    /** A system prompt that the rows do not show. */
    PROMPTED("prompted"),
    /** A vector added while it wrote. */
    STEERED("steered"),
    /** Training on the trait. */
    FINE_TUNED("fine-tuned"),
    /** No trait: neutral training, another persona, other decoding, another filter. */
    NEUTRAL("without a trait"),
    /** A trait, by a generator that is not the reference model's base. */
    OTHER_BASE("of another base"),
    /** A trait that shows only on a trigger which the prompts lack. */
    TRIGGERED("gated by a trigger");

    private final String words;

    TeacherKind(String words) {
        this.words = words;
    }

    /** The kind in words that follow "teachers". */
    @Override
    public String toString() {
        return words;
    }
}
