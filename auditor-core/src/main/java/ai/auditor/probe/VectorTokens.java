package ai.auditor.probe;

import java.util.List;

/**
 * The tokens that a vector in the residual stream writes, were it to reach the unembedding unchanged.
 *
 * @param raised those whose logits it raises most, the most raised first
 * @param lowered those whose logits it lowers most, the most lowered first
 */
public record VectorTokens(List<Token> raised, List<Token> lowered) {
    public VectorTokens {
        raised = List.copyOf(raised);
        lowered = List.copyOf(lowered);
    }

    /**
     * A token of the model's vocabulary; it need not stand in any row.
     *
     * @param text as the tokenizer decodes the token alone: not escaped, half a character where the token is one
     * @param logit what the vector adds to the token's logit, before the final norm's division
     */
    public record Token(String text, double logit) {}
}
