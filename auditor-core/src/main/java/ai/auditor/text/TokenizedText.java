package ai.auditor.text;

import java.util.stream.IntStream;

/**
 * The tokens of a text.
 *
 * @param ids token ids, {@code [tokens]}
 * @param starts where each token's characters start in the text, in code points, {@code [tokens]}
 * @param ends after where they end; equal to the start where a token stands for no character. Tokens may share a span
 */
public record TokenizedText(int[] ids, int[] starts, int[] ends) {
    /** The same text behind a token that stands for no character of it. */
    TokenizedText opened(int token) {
        return new TokenizedText(behind(token, ids), behind(0, starts), behind(0, ends));
    }

    private static int[] behind(int first, int[] rest) {
        return IntStream.concat(IntStream.of(first), IntStream.of(rest)).toArray();
    }
}
