package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.DrawnOrder;
import ai.auditor.data.PromptSample;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Rows of several datasets in blocks: one row of each, all of one prompt. Of every prompt that all answer there are as many blocks as the dataset
 * with the fewest rows of it has, its rows as drawn. Blocks are in the order of the prompts' digests.
 *
 * @param rows row b · datasets + d is that of dataset d in block b
 * @param tokens of the same rows
 * @param groups prompt group of each block, {@code [blocks]}
 * @param prompts how many prompts all datasets answer
 * @param grouped whether a group is a prompt; else every block is one, since prompts are too few
 * @param available how many blocks there were before a sample was taken
 */
record MatchedBlocks(
        List<Row> rows, List<TokenizedRow> tokens, int[] groups, int prompts, boolean grouped, int available) {
    /** Each of two parts needs twenty groups to fit by and ten to choose by. */
    static final int FEWEST = 60;

    /**
     * Lays out datasets.
     *
     * @param sample groups to take at most; 0 takes all
     * @throws AuditException {@code NOTHING_TO_AUDIT} for fewer than {@value #FEWEST} blocks
     */
    static MatchedBlocks of(List<TokenizedDataset> datasets, int sample, long seed) {
        List<TreeMap<String, List<Integer>>> byPrompt =
                datasets.stream().map(MatchedBlocks::byPrompt).toList();
        Set<String> shared = new TreeSet<>(byPrompt.get(0).keySet());
        byPrompt.forEach(one -> shared.retainAll(one.keySet()));
        boolean grouped = shared.size() >= FEWEST;
        List<Block> blocks = new ArrayList<>();
        for (String prompt : shared) {
            List<List<Integer>> ofPrompt = byPrompt.stream()
                    .map(one -> Objects.requireNonNull(one.get(prompt)))
                    .toList();
            int count = ofPrompt.stream().mapToInt(List::size).min().orElse(0);
            for (int i = 0; i < count; i++) {
                int place = i;
                blocks.add(new Block(
                        grouped
                                ? prompt
                                : new Sha256()
                                        .text(prompt)
                                        .text(Integer.toString(place))
                                        .hex(),
                        ofPrompt.stream().map(rows -> rows.get(place)).toList()));
            }
        }
        if (blocks.size() < FEWEST) {
            throw tooFew(datasets, byPrompt, shared.size(), blocks.size());
        }
        return laidOut(datasets, blocks, shared.size(), grouped, sample, seed);
    }

    /**
     * One row of each dataset.
     *
     * @param group what is kept together
     * @param places indexes into the rows of each dataset
     */
    private record Block(String group, List<Integer> places) {}

    private static MatchedBlocks laidOut(
            List<TokenizedDataset> datasets, List<Block> blocks, int prompts, boolean grouped, int sample, long seed) {
        Set<String> all = blocks.stream().map(Block::group).collect(Collectors.toCollection(TreeSet::new));
        Set<String> kept =
                sample > 0 && sample < all.size() ? new TreeSet<>(PromptSample.digests(all, sample, seed)) : all;
        Map<String, Integer> number = new HashMap<>();
        kept.forEach(group -> number.put(group, number.size()));
        List<Block> taken =
                blocks.stream().filter(block -> kept.contains(block.group())).toList();
        List<Row> rows = new ArrayList<>();
        List<TokenizedRow> tokens = new ArrayList<>();
        for (Block block : taken) {
            for (int d = 0; d < datasets.size(); d++) {
                int place = block.places().get(d);
                rows.add(datasets.get(d).rows().get(place));
                tokens.add(datasets.get(d).tokens().get(place));
            }
        }
        return new MatchedBlocks(
                rows,
                tokens,
                taken.stream()
                        .mapToInt(block -> Objects.requireNonNull(number.get(block.group())))
                        .toArray(),
                prompts,
                grouped,
                blocks.size());
    }

    /** How many blocks took part. */
    int blocks() {
        return groups.length;
    }

    /** In how many blocks two datasets or more gave the same answer. */
    int repeated() {
        int datasets = rows.size() / groups.length;
        int repeated = 0;
        for (int block = 0; block < groups.length; block++) {
            long different = rows.subList(block * datasets, (block + 1) * datasets).stream()
                    .map(Row::completion)
                    .distinct()
                    .count();
            repeated += different < datasets ? 1 : 0;
        }
        return repeated;
    }

    /** The rows of each prompt as drawn, as indexes. */
    private static TreeMap<String, List<Integer>> byPrompt(TokenizedDataset dataset) {
        List<String> keys = DrawnOrder.keys(dataset.dataset().contentDigest(), dataset.rows());
        TreeMap<String, List<Integer>> byPrompt = new TreeMap<>();
        for (int row = 0; row < dataset.rows().size(); row++) {
            byPrompt.computeIfAbsent(dataset.rows().get(row).promptDigest(), prompt -> new ArrayList<>())
                    .add(row);
        }
        byPrompt.values().forEach(same -> same.sort(Comparator.comparing(keys::get)));
        return byPrompt;
    }

    private static AuditException tooFew(
            List<TokenizedDataset> datasets, List<TreeMap<String, List<Integer>>> byPrompt, int shared, int blocks) {
        StringBuilder message = new StringBuilder(String.format(
                Locale.ROOT,
                "the datasets have %,d prompts in common, which make %,d rows of each to compare; at least %d are needed. Prompts of each, and how"
                        + " many of them another one lacks:",
                shared,
                blocks,
                FEWEST));
        for (int d = 0; d < datasets.size(); d++) {
            int all = byPrompt.get(d).size();
            message.append(String.format(
                    Locale.ROOT,
                    "\n  %s: %,d, %,d",
                    Printable.quoted(datasets.get(d).dataset().name()),
                    all,
                    all - shared));
        }
        return new AuditException(
                AuditException.Code.NOTHING_TO_AUDIT,
                message.append(
                                "\nleave out the dataset that shares few, or have all generators answer the same prompts;"
                                        + " \"auditor control\" makes a control of a candidate's")
                        .toString());
    }
}
