package ai.auditor.data;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Seeded samples of prompts that do not depend on the order of rows: prompts are taken in the order of SHA-256 of seed and prompt
 * digest.
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
}
