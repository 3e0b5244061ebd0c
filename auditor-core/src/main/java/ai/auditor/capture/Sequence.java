package ai.auditor.capture;

import ai.auditor.text.TokenizedRow;
import java.util.List;

/**
 * One sequence of a batch: a row, or several rows behind the prompt that they share.
 *
 * @param members rows in the order in which their own parts follow the prompt
 * @param shared tokens at the start that all members share
 * @param slots tokens of the sequence
 */
record Sequence(List<Member> members, int shared, int slots) {
    /**
     * A row in a sequence.
     *
     * @param row index in the list of rows
     * @param tokens the row
     * @param shift slots between a token's place in its row and in the sequence, for the tokens after the shared ones
     */
    record Member(int row, TokenizedRow tokens, int shift) {
        /** Slots of the row that a pass needs: nothing after the completion can change what is read. */
        int needed() {
            return tokens.completionEnd();
        }
    }

    static Sequence of(int row, TokenizedRow tokens) {
        return new Sequence(List.of(new Member(row, tokens, 0)), tokens.completionEnd(), tokens.completionEnd());
    }

    /** Where a member's token stands in the sequence. */
    int slot(Member member, int token) {
        return token < shared ? token : token + member.shift;
    }

    /** The slot of the first completion token; of a packed sequence, what follows it are completions of the one prompt. */
    int completionStart() {
        return members.get(0).tokens().completionStart();
    }

    boolean packed() {
        return members.size() > 1;
    }
}
