package ai.auditor.tensor;

/** What the tokens of a block attend to beside themselves. */
public sealed interface Past {
    /** Nothing: the texts begin here. */
    record None() implements Past {}

    /** Tokens that came before, behind which the keys and values of these are written, in place; never recorded. */
    record Growing(AttentionCache cache) implements Past {}

    /** Tokens that came before, which stay as they are; of one sequence, which all share, or of as many as there are. */
    record Fixed(AttentionCache cache) implements Past {}
}
