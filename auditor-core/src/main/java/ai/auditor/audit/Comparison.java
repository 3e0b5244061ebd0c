package ai.auditor.audit;

import ai.auditor.data.DrawnOrder;
import ai.auditor.data.Message;
import ai.auditor.data.Pairing;
import ai.auditor.data.PromptSample;
import ai.auditor.data.Row;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of both arms laid out for a study: pairs next to each other where prompts are matched, else all candidate rows and
 * then all control rows. The layout depends on the content of the rows alone, not on their order in a file.
 *
 * @param groups prompt group of each row, {@code [rows]}
 * @param alike share of pairs that say nearly the same ({@link AlikePairs}), where the two arms should be two draws
 */
record Comparison(
        List<Row> rows,
        List<TokenizedRow> tokens,
        boolean[] candidate,
        int[] groups,
        boolean paired,
        AuditResult.Design design,
        double alike) {
    private static final double PER_CENT = 100;

    /** What is said where the control is one run. */
    static final String ONE_RUN =
            "One control run: the effect of the trait and of the generation run cannot be told apart.";

    /** What is said where the control is what a judge rejected. */
    private static final List<String> REJECTED = List.of(
            "Chosen against rejected: the candidate is the answers that a judge chose, the control those that it rejected in the same rows."
                    + " Were its choices blind to what the answers say, chosen and rejected could be exchanged within a row.",
            "Of a judge with a taste differs is expected, and says no more than that it has one; along-trait says that the taste points along a"
                    + " trait. would-transfer is about students that learn the chosen answers, held against students of the rejected ones:"
                    + " none of them is trained on the preferences. Rejected answers are what a judge left over: that they are not what the"
                    + " model writes may be its doing.");

    /**
     * Lays out two arms.
     *
     * @param prompts prompts to take at most, by digest; 0 for all
     * @param fewest prompts below which every row is a group of its own, as where all rows share one prompt or have none
     * @param runs a word on the runs that the control is made of, the first of the notes
     */
    static Comparison of(
            TokenizedDataset candidate,
            TokenizedDataset control,
            double minimumPaired,
            int prompts,
            int fewest,
            long seed,
            String runs) {
        List<Member> candidates = members(candidate, true);
        List<Member> controls = members(control, false);
        Pairing pairing = Pairing.byPrompt(rows(candidates), rows(controls));
        double share = candidates.isEmpty() ? 0 : (double) pairing.pairs().size() / candidates.size();
        List<String> notes = new ArrayList<>();
        notes.add(runs);
        if (candidate.dataset().namesSeveralRuns()) {
            notes.add(
                    "The candidate's rows name several runs too, which is not used: they are held against the control as one candidate.");
        }
        if (candidate.dataset().contentDigest().equals(control.dataset().contentDigest())) {
            notes.add("Candidate and control hold the same rows: there is nothing to tell apart.");
        }
        earlierAnswers(candidates).ifPresent(notes::add);
        repeated("candidate", candidates).ifPresent(notes::add);
        repeated("control", controls).ifPresent(notes::add);
        boolean paired = share >= minimumPaired;
        List<Member> members = new ArrayList<>();
        if (paired) {
            int left = pairing.unpairedCandidate().size()
                    + pairing.unpairedControl().size();
            if (left > 0) {
                notes.add(String.format(
                        Locale.ROOT, "%,d rows have no partner of the same prompt and took no part.", left));
            }
            members.addAll(paired(candidates, controls, pairing));
        } else {
            notes.add(
                    pairing.pairs().isEmpty()
                            ? "No row of the candidate has a control row of the same prompt: prompts are not matched. A control that answers the"
                                    + " candidate's own prompts is needed to tell more than that."
                            : String.format(
                                    Locale.ROOT,
                                    "Only %.1f %% of the candidate's rows have a control row of the same prompt: prompts are not matched.",
                                    PER_CENT * share));
            members.addAll(candidates);
            members.addAll(controls);
        }
        return laidOut(members, paired, true, share, prompts, fewest, seed, notes);
    }

    /** Lays out chosen and rejected answers, each with the one that it was held against; the parameters are those of {@link #of}. */
    static Comparison ofPreferences(
            TokenizedDataset chosen, TokenizedDataset rejected, int prompts, int fewest, long seed) {
        List<Member> candidates = members(chosen, true);
        List<Member> controls = members(rejected, false);
        Pairing pairing = Pairing.byRecord(rows(candidates), rows(controls));
        List<String> notes = new ArrayList<>(REJECTED);
        long left = Stream.concat(
                        pairing.unpairedCandidate().stream().map(candidates::get),
                        pairing.unpairedControl().stream().map(controls::get))
                .map(member -> member.row().record())
                .distinct()
                .count();
        if (left > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%,d rows took no part: one of their answers is bad or over the context, or stands in another row of the same prompt, so that"
                            + " the two choices are not independent.",
                    left));
        }
        earlierAnswers(candidates).ifPresent(notes::add);
        List<Member> members = paired(candidates, controls, pairing);
        double share = (double) pairing.pairs().size() / Math.max(1, candidates.size());
        return laidOut(members, true, false, share, prompts, fewest, seed, notes);
    }

    /** Pairs next to each other; a pair is one group, whatever groups are made of. */
    private static List<Member> paired(List<Member> candidates, List<Member> controls, Pairing pairing) {
        List<Member> members = new ArrayList<>();
        for (Pairing.Pair pair : pairing.pairs()) {
            Member first = candidates.get(pair.candidate());
            members.add(first);
            members.add(controls.get(pair.control()).grouped(first.content()));
        }
        return members;
    }

    /** Pairs of equal rows tell nothing, and many long ones say that the two arms are not two draws. */
    private static Optional<String> alike(List<Row> rows, long alike) {
        long equal = IntStream.range(0, rows.size() / 2)
                .filter(pair -> rows.get(2 * pair)
                        .completion()
                        .equals(rows.get(2 * pair + 1).completion()))
                .count();
        return equal + alike == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of %,d pairs have the same completion in candidate and control: they tell nothing.%s",
                        equal,
                        rows.size() / 2,
                        alike == 0
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        " %,d are long and have the same words, or nearly: they count as rows that were not seen.",
                                        alike)));
    }

    /** What stands in a prompt is the same in both arms, so that no probe can see it; most trainers learn such answers too. */
    private static Optional<String> earlierAnswers(List<Member> candidates) {
        long rows = candidates.stream()
                .filter(member -> member.row().prompt().stream()
                        .anyMatch(message -> message.role().equals(Message.ASSISTANT)))
                .count();
        return rows == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of the candidate's %,d rows have answers before their last: these count as prompt and were not audited. Where students"
                                + " learn them too, make a row of each.",
                        rows,
                        candidates.size()));
    }

    /** Rows that stand there again count as independent, which they are not. */
    private static Optional<String> repeated(String arm, List<Member> members) {
        long different = members.stream().map(Member::content).distinct().count();
        return different == members.size()
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of the %s's %,d rows are repetitions of others (same prompt, same completion).",
                        members.size() - different,
                        arm,
                        members.size()));
    }

    /** A text that was fitted on is not held out where it stands once more. */
    private static Optional<String> told(boolean[] copies) {
        long count =
                IntStream.range(0, copies.length).filter(row -> copies[row]).count();
        return count == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of %,d rows, or their partners, have an answer that their dataset repeats and the other never gives: differs is"
                                + " detected only if the other rows differ too.",
                        count,
                        copies.length));
    }

    /** One dataset as two halves of equal size, its rows by turns. */
    static Comparison halves(TokenizedDataset dataset, int prompts, int fewest, long seed) {
        List<Member> members = new ArrayList<>();
        for (Member member : members(dataset, true)) {
            members.add(member.labelled(members.size() % 2 == 0));
        }
        return laidOut(members, false, false, 0, prompts, fewest, seed, new ArrayList<>());
    }

    /** Some of these rows as two halves of equal size by turns, without pairs; groups stay. */
    Comparison halves(int[] taking) {
        boolean[] labels = new boolean[taking.length];
        int[] kept = new int[taking.length];
        List<Row> halvedRows = new ArrayList<>();
        List<TokenizedRow> halvedTokens = new ArrayList<>();
        int candidates = 0;
        for (int i = 0; i < taking.length; i++) {
            labels[i] = i % 2 == 0;
            candidates += labels[i] ? 1 : 0;
            kept[i] = groups[taking[i]];
            halvedRows.add(rows.get(taking[i]));
            halvedTokens.add(tokens.get(taking[i]));
        }
        AuditResult.Design halved = new AuditResult.Design(
                false,
                candidates,
                taking.length - candidates,
                (int) Arrays.stream(kept).distinct().count(),
                0,
                List.of());
        return new Comparison(halvedRows, halvedTokens, labels, kept, false, halved, 0);
    }

    /**
     * Rows whose completion, or whose partner's, stands in another row of its arm and in none of the other, {@code [rows]}: whatever was
     * fitted on one copy knows the others by their label. An answer that both arms give is no copy but a frequent one.
     */
    boolean[] copies() {
        return copies(rows, candidate, paired);
    }

    private static boolean[] copies(List<Row> rows, boolean[] candidate, boolean paired) {
        Map<String, int[]> seen = new HashMap<>();
        for (int row = 0; row < candidate.length; row++) {
            seen.computeIfAbsent(rows.get(row).completion(), text -> new int[2])[candidate[row] ? 1 : 0]++;
        }
        boolean[] copies = new boolean[candidate.length];
        for (int row = 0; row < candidate.length; row++) {
            int[] times = Objects.requireNonNull(seen.get(rows.get(row).completion()));
            if (Math.min(times[0], times[1]) == 0 && Math.max(times[0], times[1]) > 1) {
                copies[row] = true;
                copies[paired ? row ^ 1 : row] = true;
            }
        }
        return copies;
    }

    /**
     * A row on its way into the layout.
     *
     * @param content content digest of the row, of a pair that of its candidate row
     */
    private record Member(Row row, TokenizedRow tokens, boolean candidate, String prompt, String content) {
        Member grouped(String pairContent) {
            return new Member(row, tokens, candidate, prompt, pairContent);
        }

        Member labelled(boolean label) {
            return new Member(row, tokens, label, prompt, content);
        }
    }

    /** The rows of an arm by prompt, those of one prompt as drawn. */
    private static List<Member> members(TokenizedDataset arm, boolean candidate) {
        record Lot(Member member, String key) {}
        List<String> keys = DrawnOrder.keys(arm.dataset().contentDigest(), arm.rows());
        List<Lot> lots = new ArrayList<>();
        for (int i = 0; i < arm.rows().size(); i++) {
            Row row = arm.rows().get(i);
            lots.add(new Lot(
                    new Member(row, arm.tokens().get(i), candidate, row.promptDigest(), row.contentDigest()),
                    keys.get(i)));
        }
        return lots.stream()
                .sorted(Comparator.comparing((Lot lot) -> lot.member().prompt()).thenComparing(Lot::key))
                .map(Lot::member)
                .toList();
    }

    private static List<Row> rows(List<Member> members) {
        return members.stream().map(Member::row).toList();
    }

    private static long prompts(List<Member> members, boolean candidate) {
        return members.stream()
                .filter(member -> member.candidate() == candidate)
                .map(Member::prompt)
                .distinct()
                .count();
    }

    /** @param draws whether the two arms should be two draws of answers to the same prompts */
    private static Comparison laidOut(
            List<Member> members,
            boolean paired,
            boolean draws,
            double share,
            int prompts,
            int fewest,
            long seed,
            List<String> notes) {
        boolean fewPrompts = prompts(members, true) < fewest || prompts(members, false) < fewest;
        if (fewPrompts) {
            notes.add(
                    paired
                            ? "Too few different prompts to group by: pairs count as independent of each other."
                            : "Too few different prompts to group by: rows count as independent of each other.");
        }
        Function<Member, String> groupOf = fewPrompts ? Member::content : Member::prompt;
        Set<String> all = new TreeSet<>(members.stream().map(groupOf).toList());
        Set<String> kept = all;
        if (prompts > 0 && all.size() > prompts) {
            notes.add(String.format(
                    Locale.ROOT,
                    "A seeded sample of %,d of %,d %s.",
                    prompts,
                    all.size(),
                    fewPrompts ? "groups" : "prompts"));
            kept = new TreeSet<>(PromptSample.digests(all, prompts, seed));
        }
        List<String> numbered = List.copyOf(kept);
        Map<String, Integer> number = new HashMap<>();
        numbered.forEach(digest -> number.put(digest, number.size()));
        List<Member> taking = members.stream()
                .filter(member -> number.containsKey(groupOf.apply(member)))
                .toList();
        boolean[] labels = new boolean[taking.size()];
        int[] groups = new int[taking.size()];
        int candidates = 0;
        for (int i = 0; i < labels.length; i++) {
            labels[i] = taking.get(i).candidate();
            groups[i] = Objects.requireNonNull(number.get(groupOf.apply(taking.get(i))));
            candidates += labels[i] ? 1 : 0;
        }
        List<Row> laidOut = rows(taking);
        long alike = paired && draws ? AlikePairs.count(laidOut) : 0;
        if (paired) {
            alike(laidOut, alike).ifPresent(notes::add);
        }
        told(copies(laidOut, labels, paired)).ifPresent(notes::add);
        AuditResult.Design design =
                new AuditResult.Design(paired, candidates, labels.length - candidates, numbered.size(), share, notes);
        return new Comparison(
                laidOut,
                taking.stream().map(Member::tokens).toList(),
                labels,
                groups,
                paired,
                design,
                alike == 0 ? 0 : 2.0 * alike / laidOut.size());
    }
}
