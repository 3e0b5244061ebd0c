package ai.auditor.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Seeded samples that do not depend on the order of rows: prompts are taken in the order of SHA-256 of seed and prompt digest.
 *
 * <p>Two datasets sampled with one seed keep the prompts that they share together (a bottom-k sample), so pairs survive.
 */
public final class PromptSample {
    private PromptSample() {}

    /** The digests of the first {@code count} prompts in sampling order, or of all where there are fewer. */
    public static Set<String> digests(Collection<String> promptDigests, int count, long seed) {
        return inSamplingOrder(promptDigests, seed).stream()
                .limit(count)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** All rows of {@code count} prompts, in input order. */
    public static List<Row> prompts(List<Row> rows, int count, long seed) {
        Map<String, List<Integer>> byPrompt = indexesBy(Row::promptDigest, rows, allOf(rows));
        List<Integer> sample = new ArrayList<>();
        for (String prompt : digests(byPrompt.keySet(), count, seed)) {
            sample.addAll(byPrompt.getOrDefault(prompt, List.of()));
        }
        return inInputOrder(rows, sample);
    }

    /** {@code count} rows in input order: whole prompts while they fit, then a part of the next one, chosen by content. */
    public static List<Row> rows(List<Row> rows, int count, long seed) {
        Map<String, List<Integer>> byPrompt = indexesBy(Row::promptDigest, rows, allOf(rows));
        List<Integer> sample = new ArrayList<>();
        for (String prompt : inSamplingOrder(byPrompt.keySet(), seed)) {
            List<Integer> indexes = byPrompt.getOrDefault(prompt, List.of());
            int room = count - sample.size();
            if (indexes.size() > room) {
                Map<String, List<Integer>> byContent = indexesBy(Row::contentDigest, rows, indexes);
                inSamplingOrder(byContent.keySet(), seed).stream()
                        .flatMap(content -> byContent.getOrDefault(content, List.of()).stream())
                        .limit(room)
                        .forEach(sample::add);
                break;
            }
            sample.addAll(indexes);
        }
        return inInputOrder(rows, sample);
    }

    private static List<Integer> allOf(List<Row> rows) {
        return IntStream.range(0, rows.size()).boxed().toList();
    }

    private static Map<String, List<Integer>> indexesBy(
            Function<Row, String> digest, List<Row> rows, List<Integer> indexes) {
        Map<String, List<Integer>> groups = new HashMap<>();
        for (int index : indexes) {
            groups.computeIfAbsent(digest.apply(rows.get(index)), key -> new ArrayList<>())
                    .add(index);
        }
        return groups;
    }

    private static List<String> inSamplingOrder(Collection<String> digests, long seed) {
        byte[] seedBytes = ByteBuffer.allocate(Long.BYTES).putLong(seed).array();
        Map<String, String> keys = new HashMap<>();
        for (String digest : digests) {
            keys.put(
                    digest,
                    new Sha256()
                            .bytes(seedBytes, 0, seedBytes.length)
                            .text(digest)
                            .hex());
        }
        return keys.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<Row> inInputOrder(List<Row> rows, List<Integer> indexes) {
        return indexes.stream().sorted().map(rows::get).toList();
    }
}
