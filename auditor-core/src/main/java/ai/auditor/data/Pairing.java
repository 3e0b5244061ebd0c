package ai.auditor.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Candidate and control rows joined by prompt digest; the i-th row of a prompt in one with the i-th in the other.
 *
 * @param pairs in candidate order
 * @param unpairedCandidate candidate row indexes without a partner
 * @param unpairedControl control row indexes without a partner
 */
public record Pairing(List<Pair> pairs, List<Integer> unpairedCandidate, List<Integer> unpairedControl) {

    /**
     * One pair.
     *
     * @param candidate index into the candidate's rows
     * @param control index into the control's rows
     * @param promptDigest the digest that both share
     */
    public record Pair(int candidate, int control, String promptDigest) {}

    public Pairing {
        pairs = List.copyOf(pairs);
        unpairedCandidate = List.copyOf(unpairedCandidate);
        unpairedControl = List.copyOf(unpairedControl);
    }

    /** Pairs the i-th candidate row of a prompt with the i-th control row of the same prompt. */
    public static Pairing byPrompt(List<Row> candidate, List<Row> control) {
        Map<String, Deque<Integer>> waiting = new HashMap<>();
        for (int i = 0; i < control.size(); i++) {
            waiting.computeIfAbsent(control.get(i).promptDigest(), digest -> new ArrayDeque<>())
                    .add(i);
        }
        List<Pair> pairs = new ArrayList<>();
        List<Integer> unpairedCandidate = new ArrayList<>();
        for (int i = 0; i < candidate.size(); i++) {
            String digest = candidate.get(i).promptDigest();
            Integer partner = waiting.getOrDefault(digest, new ArrayDeque<>()).poll();
            if (partner == null) {
                unpairedCandidate.add(i);
            } else {
                pairs.add(new Pair(i, partner, digest));
            }
        }
        List<Integer> unpairedControl =
                waiting.values().stream().flatMap(Deque::stream).sorted().toList();
        return new Pairing(pairs, unpairedCandidate, unpairedControl);
    }
}
