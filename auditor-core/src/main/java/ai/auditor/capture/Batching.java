package ai.auditor.capture;

import ai.auditor.capture.Sequence.Member;
import ai.auditor.model.TokenBatch;
import ai.auditor.text.TokenizedRow;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows to batches: rows of one prompt into one sequence, sequences of like length into one batch, longest first. */
final class Batching {
    private final int tokenBudget;
    private final int readBudget;
    private final int skipped;
    private final boolean tails;

    private Batching(int tokenBudget, int readBudget, int skipped, boolean tails) {
        this.tokenBudget = tokenBudget;
        this.readBudget = readBudget;
        this.skipped = skipped;
        this.tails = tails;
    }

    /**
     * Whole rows but for what all begin with.
     *
     * @param tokenBudget most slots of a batch, padding included; a longer sequence is a batch of its own
     * @param skipped tokens of every row that were read before
     */
    static Batching whole(int tokenBudget, int skipped) {
        return new Batching(tokenBudget, Integer.MAX_VALUE, skipped, false);
    }

    /**
     * Rows from the first token on at which anything is read: their prompts are read before, batch by batch.
     *
     * @param readBudget most tokens that a batch reads, its prompts and all padding included
     */
    static Batching tails(int tokenBudget, int readBudget) {
        return new Batching(tokenBudget, readBudget, 0, true);
    }

    List<List<Sequence>> batches(List<TokenizedRow> rows, boolean packing) {
        List<Sequence> sequences = packing ? packed(rows) : single(rows);
        // Longest first, so that a batch that does not fit in memory shows itself at once; equal lengths keep their
        // order.
        sequences.sort(Comparator.comparingInt(Sequence::slots)
                .thenComparingInt(Sequence::skipped)
                .reversed());
        List<List<Sequence>> batches = new ArrayList<>();
        List<Sequence> current = new ArrayList<>();
        int longest = 0;
        for (Sequence sequence : sequences) {
            int before = Math.max(longest, sequence.skipped());
            long slots = current.isEmpty() ? 0 : current.get(0).slots();
            boolean full = !current.isEmpty()
                    && (slots * (current.size() + 1) > tokenBudget
                            || (slots + before) * (current.size() + 1) > readBudget);
            boolean other = !current.isEmpty() && current.get(0).packed() != sequence.packed();
            if (full || other) {
                batches.add(List.copyOf(current));
                current.clear();
                longest = 0;
            }
            longest = Math.max(longest, sequence.skipped());
            current.add(sequence);
        }
        if (!current.isEmpty()) {
            batches.add(List.copyOf(current));
        }
        return batches;
    }

    private List<Sequence> single(List<TokenizedRow> rows) {
        List<Sequence> sequences = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            sequences.add(Sequence.of(row, rows.get(row), skipped(rows.get(row))));
        }
        return sequences;
    }

    private int skipped(TokenizedRow row) {
        return tails ? Sequence.firstRead(row) : skipped;
    }

    private List<Sequence> packed(List<TokenizedRow> rows) {
        Map<IntBuffer, List<Integer>> byPrompt = new LinkedHashMap<>();
        for (int row = 0; row < rows.size(); row++) {
            TokenizedRow tokens = rows.get(row);
            IntBuffer prompt = IntBuffer.wrap(tokens.ids(), 0, tokens.completionStart());
            byPrompt.computeIfAbsent(prompt, key -> new ArrayList<>()).add(row);
        }
        List<Sequence> sequences = new ArrayList<>();
        byPrompt.forEach((prompt, members) -> pack(rows, prompt.limit(), members, sequences));
        return sequences;
    }

    private void pack(List<TokenizedRow> rows, int prompt, List<Integer> group, List<Sequence> sequences) {
        int before = skipped(rows.get(group.get(0)));
        int shared = tails ? 0 : prompt - before;
        List<Member> members = new ArrayList<>();
        int slots = shared;
        for (int row : group) {
            TokenizedRow tokens = rows.get(row);
            int own = tokens.completionEnd() - before - shared;
            if (prompt == 0 || (!members.isEmpty() && slots + own > tokenBudget)) {
                add(members, before, shared, slots, sequences);
                slots = shared;
            }
            members.add(new Member(row, tokens, slots));
            slots += own;
        }
        add(members, before, shared, slots, sequences);
    }

    private static void add(List<Member> members, int before, int shared, int slots, List<Sequence> sequences) {
        if (members.size() == 1) {
            sequences.add(Sequence.of(members.get(0).row(), members.get(0).tokens(), before));
        } else if (!members.isEmpty()) {
            sequences.add(new Sequence(List.copyOf(members), before, shared, slots));
        }
        members.clear();
    }

    /** The batch as the decoder reads it. */
    static TokenBatch tokens(List<Sequence> sequences) {
        int length = sequences.stream().mapToInt(Sequence::slots).max().orElseThrow();
        long[] ids = new long[sequences.size() * length];
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            for (Member member : sequence.members()) {
                for (int token = sequence.skipped(); token < member.needed(); token++) {
                    ids[index * length + sequence.slot(member, token)] =
                            member.tokens().ids()[token];
                }
            }
        }
        boolean packed = sequences.stream().anyMatch(Sequence::packed);
        TokenBatch.Layout layout = packed ? blocks(sequences, length) : new TokenBatch.Causal();
        int[] starts = sequences.stream().mapToInt(Sequence::completionStart).toArray();
        return new TokenBatch(sequences.size(), length, ids, starts, layout);
    }

    /** Each completion sees the shared prompt and itself, at the positions that it has behind the prompt alone. */
    private static TokenBatch.Blocks blocks(List<Sequence> sequences, int length) {
        int[] positions = new int[sequences.size() * length];
        boolean[] visible = new boolean[sequences.size() * length * length];
        for (int index = 0; index < sequences.size(); index++) {
            Sequence sequence = sequences.get(index);
            int first = index * length;
            for (Member member : sequence.members()) {
                for (int token = sequence.skipped(); token < member.needed(); token++) {
                    int slot = sequence.slot(member, token);
                    int from = first + slot;
                    positions[from] = token - sequence.skipped();
                    int seen = Math.min(token + 1 - sequence.skipped(), sequence.shared());
                    Arrays.fill(visible, from * length, from * length + seen, true);
                    if (token >= sequence.own()) {
                        Arrays.fill(visible, from * length + member.slot(), from * length + slot + 1, true);
                    }
                }
            }
            for (int slot = sequence.slots(); slot < length; slot++) {
                visible[(first + slot) * length + slot] = true;
            }
        }
        return new TokenBatch.Blocks(positions, visible);
    }
}
