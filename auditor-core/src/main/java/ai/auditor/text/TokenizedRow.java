package ai.auditor.text;

/**
 * A row as the model reads it.
 *
 * @param record the row's 0-based record number
 * @param ids token ids of the whole rendered chat, {@code [tokens]}
 * @param completionStart index of the first completion token
 * @param completionEnd index after the last completion token; start is below end
 * @param firstPredicted index of the first completion token that has a token before it (one later than the start only where
 *     the completion opens the sequence): the NLL is the mean over {@code [firstPredicted, completionEnd)}
 * @param controlTokens how many control-token spellings stood in the row's own text and were kept as text
 * @param movedSystem whether the text of a system message went before the user's turn, since the chat template takes none there
 */
public record TokenizedRow(
        long record,
        int[] ids,
        int completionStart,
        int completionEnd,
        int firstPredicted,
        int controlTokens,
        boolean movedSystem)
        implements EncodedRow {

    /** A row in which every message stands in its own role. */
    public TokenizedRow(
            long record, int[] ids, int completionStart, int completionEnd, int firstPredicted, int controlTokens) {
        this(record, ids, completionStart, completionEnd, firstPredicted, controlTokens, false);
    }

    /** How many tokens the whole rendered chat has. */
    public int tokens() {
        return ids.length;
    }

    /** How many tokens lie wholly inside the completion. */
    public int completionTokens() {
        return completionEnd - completionStart;
    }

    /** Index of the token before the first completion token, or -1 where there is none. */
    public int promptLast() {
        return completionStart - 1;
    }
}
