package ai.auditor.capture;

import ai.auditor.text.TokenizedRow;
import java.util.List;

/**
 * One sequence of a batch: a row, or several rows behind the prompt that they share.
 *
 * @param members rows in the order in which their own parts lie in the sequence
 * @param skipped tokens of every member that were read before, and are not in the sequence
 * @param shared tokens of every member that stand at the start of the sequence, once for all
 * @param slots tokens of the sequence
 */
record Sequence(List<Member> members, int skipped, int shared, int slots) {
    /**
     * A row in a sequence.
     *
     * @param row index in the list of rows
     * @param tokens the row
     * @param slot where the row's own tokens begin, those behind the skipped and the shared ones
     */
    record Member(int row, TokenizedRow tokens, int slot) {
        /** Tokens of the row that a pass needs: nothing after the completion can change what is read. */
        int needed() {
            return tokens.completionEnd();
        }
    }

    /** The first token of a row that anything is read at or predicted from: the one before its completion. */
    static int firstRead(TokenizedRow row) {
        return Math.max(0, row.completionStart() - 1);
    }

    static Sequence of(int row, TokenizedRow tokens, int skipped) {
        return new Sequence(List.of(new Member(row, tokens, 0)), skipped, 0, tokens.completionEnd() - skipped);
    }

    /** The first of a member's tokens that are its own. */
    int own() {
        return skipped + shared;
    }

    /** Where a member's token stands in the sequence. */
    int slot(Member member, int token) {
        return token < own() ? token - skipped : member.slot + token - own();
    }

    /** The slot of the first completion token; of a packed sequence, what follows it are completions of the one prompt. */
    int completionStart() {
        return slot(members.get(0), members.get(0).tokens().completionStart());
    }

    boolean packed() {
        return members.size() > 1;
    }

    /** The tokens that were skipped, from one on. */
    int[] skippedFrom(int token) {
        return java.util.Arrays.copyOfRange(members.get(0).tokens().ids(), token, skipped);
    }
}
