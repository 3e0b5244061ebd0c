package ai.auditor.audit;

/** How much an audit takes on; which probes that are is said where the probes are. */
public enum Tier {
    /** What needs nothing but activations, on a sample of prompts: it raises an alarm soon, and clears little. */
    QUICK("quick", Tier.QUICK_PROMPTS),
    /** What needs the model's gradients and likelihoods too, on all prompts. */
    STANDARD("standard", 0),
    /** What trains vectors and students too. */
    DEEP("deep", 0);

    /** Prompts of a quick audit. */
    private static final int QUICK_PROMPTS = 1_000;

    private final String id;
    private final int rows;

    Tier(String id, int rows) {
        this.id = id;
        this.rows = rows;
    }

    /** Prompts that take part where a policy does not say how many; 0 for all. */
    public int rows() {
        return rows;
    }

    @Override
    public String toString() {
        return id;
    }
}
