package ai.auditor.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Texts that may follow a prompt, by what they begin with; immutable. */
final class ContinuationTree {
    /** Which tokens follow which beginnings, the beginnings by length: that of no token, those of one, and so on. */
    private final List<Map<List<Integer>, int[]>> levels = new ArrayList<>();

    /**
     * A tree.
     *
     * @param texts token ids, one or more texts of one or more tokens
     */
    ContinuationTree(List<List<Integer>> texts) {
        int longest = texts.stream().mapToInt(List::size).max().orElseThrow();
        for (int length = 0; length < longest; length++) {
            Map<List<Integer>, SortedSet<Integer>> following = new TreeMap<>(Comparator.comparing(List::toString));
            for (List<Integer> text : texts) {
                if (text.size() > length) {
                    following
                            .computeIfAbsent(List.copyOf(text.subList(0, length)), start -> new TreeSet<>())
                            .add(text.get(length));
                }
            }
            Map<List<Integer>, int[]> level = new LinkedHashMap<>();
            following.forEach((start, tokens) ->
                    level.put(start, tokens.stream().mapToInt(Integer::intValue).toArray()));
            levels.add(level);
        }
    }

    /** Log-probabilities of tokens at a row of logits. */
    @FunctionalInterface
    interface Readout {
        double[] of(float[] logits, int row, int[] tokens);
    }

    /** Tokens of the longest text. */
    int depth() {
        return levels.size();
    }

    /** The most beginnings of one length. */
    int width() {
        return levels.stream().mapToInt(Map::size).max().orElseThrow();
    }

    /** All tokens of all texts. */
    int[] tokens() {
        return levels.stream()
                .flatMap(level -> level.values().stream())
                .flatMapToInt(IntStream::of)
                .distinct()
                .toArray();
    }

    /** A place for the log-probability of each text, and of each that it begins with, behind each prompt; that of no token is certain. */
    Map<List<Integer>, double[]> places(int prompts) {
        Map<List<Integer>, double[]> places = new LinkedHashMap<>();
        places.put(List.of(), new double[prompts]);
        for (Map<List<Integer>, int[]> level : levels) {
            level.forEach((start, tokens) ->
                    IntStream.of(tokens).forEach(token -> places.put(longer(start, token), new double[prompts])));
        }
        return places;
    }

    /**
     * Reads the tree behind the prompts of a pass.
     *
     * @param prompts where each prompt of the pass stands in the places
     */
    void read(CachedPass pass, List<Integer> prompts, Readout readout, Map<List<Integer>, double[]> places) {
        for (int length = 0; length < levels.size(); length++) {
            List<List<Integer>> starts = List.copyOf(levels.get(length).keySet());
            if (length > 0) {
                grow(pass, prompts.size(), List.copyOf(levels.get(length - 1).keySet()), starts);
            }
            for (int prompt = 0; prompt < prompts.size(); prompt++) {
                for (int start = 0; start < starts.size(); start++) {
                    int row = prompt * starts.size() + start;
                    add(pass.logits(), row, prompts.get(prompt), starts.get(start), readout, places);
                }
            }
        }
    }

    /** Makes the rows of the pass one for each prompt and beginning, each read to its last token. */
    private static void grow(CachedPass pass, int prompts, List<List<Integer>> before, List<List<Integer>> starts) {
        int[] rows = new int[prompts * starts.size()];
        long[] next = new long[rows.length];
        for (int row = 0; row < rows.length; row++) {
            List<Integer> start = starts.get(row % starts.size());
            int last = start.size() - 1;
            rows[row] = row / starts.size() * before.size() + before.indexOf(start.subList(0, last));
            next[row] = start.get(last);
        }
        pass.select(rows);
        pass.step(next);
    }

    private void add(
            float[] logits,
            int row,
            int prompt,
            List<Integer> start,
            Readout readout,
            Map<List<Integer>, double[]> places) {
        int[] tokens = levels.get(start.size()).getOrDefault(start, new int[0]);
        double[] logs = readout.of(logits, row, tokens);
        double before = places.getOrDefault(start, new double[0])[prompt];
        for (int i = 0; i < tokens.length; i++) {
            places.getOrDefault(longer(start, tokens[i]), new double[0])[prompt] = before + logs[i];
        }
    }

    private static List<Integer> longer(List<Integer> start, int token) {
        List<Integer> longer = new ArrayList<>(start);
        longer.add(token);
        return List.copyOf(longer);
    }
}
