package ai.auditor.text;

/**
 * The tokens of a text.
 *
 * @param ids token ids, {@code [tokens]}
 * @param starts where each token's characters start in the text, in code points, {@code [tokens]}
 * @param ends after where they end; equal to the start where a token stands for no character. Tokens may share a span
 */
public record TokenizedText(int[] ids, int[] starts, int[] ends) {}
