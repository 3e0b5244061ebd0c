package ai.auditor.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Candidate and control rows joined in pairs of one prompt.
 *
 * @param pairs as they were made
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

    /** Pairs the i-th candidate row of a prompt with the i-th control row of the same prompt, in candidate order. */
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

    /**
     * Pairs the chosen with the rejected answer of one record, whatever other records of the prompt there are, in an order of contents.
     *
     * <p>Where records of a prompt share an answer, as comparisons out of one ranking do, only one of them is paired: what became of the
     * others is not independent of it. Which one and the order depend on digests, which know nothing of what answers
     * say.
     */
    public static Pairing byRecord(List<Row> chosen, List<Row> rejected) {
        Map<Long, Integer> partners = new HashMap<>();
        for (int i = 0; i < rejected.size(); i++) {
            partners.put(rejected.get(i).record(), i);
        }
        List<Decision> decisions = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            Integer partner = partners.get(chosen.get(i).record());
            if (partner != null) {
                decisions.add(Decision.of(i, chosen.get(i), partner, rejected.get(partner)));
            }
        }
        decisions.sort(Comparator.comparing((Decision decision) -> decision.pair.promptDigest())
                .thenComparing(Decision::first)
                .thenComparing(Decision::second)
                .thenComparing(Decision::chosen));
        List<Pair> pairs = new ArrayList<>();
        Set<String> answers = new HashSet<>();
        Set<Integer> leftChosen =
                new TreeSet<>(IntStream.range(0, chosen.size()).boxed().toList());
        Set<Integer> leftRejected =
                new TreeSet<>(IntStream.range(0, rejected.size()).boxed().toList());
        for (Decision decision : decisions) {
            if (!answers.contains(decision.first) && !answers.contains(decision.second)) {
                answers.add(decision.first);
                answers.add(decision.second);
                pairs.add(decision.pair);
                leftChosen.remove(decision.pair.candidate());
                leftRejected.remove(decision.pair.control());
            }
        }
        return new Pairing(pairs, List.copyOf(leftChosen), List.copyOf(leftRejected));
    }

    /**
     * Two answers of a record, by their content digests, which hold the prompt too.
     *
     * @param first the smaller digest
     * @param second the larger one
     * @param chosen the one that was chosen
     */
    private record Decision(Pair pair, String first, String second, String chosen) {
        static Decision of(int place, Row chosen, int partner, Row rejected) {
            String one = chosen.contentDigest();
            String other = rejected.contentDigest();
            boolean inOrder = one.compareTo(other) <= 0;
            return new Decision(
                    new Pair(place, partner, chosen.promptDigest()), inOrder ? one : other, inOrder ? other : one, one);
        }
    }
}
