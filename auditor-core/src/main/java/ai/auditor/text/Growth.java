package ai.auditor.text;

import ai.auditor.AuditException;
import ai.auditor.AuditException.Code;
import ai.auditor.Printable;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How much longer a tokenizer's normalizer and pre-tokenizer make a text at most: native code does it without a bound and cannot be
 * interrupted, so a file in which a few replacements feed each other must not be opened.
 */
final class Growth {
    /** Real tokenizers replace one character by one, and put one before the text: 2. */
    private static final long MOST = 16;
    /** Real tokenizers have up to a dozen. */
    private static final int MOST_STEPS = 64;
    /**
     * Characters that a step makes of one at most (Unicode FAQ on normalization; UTF-8 for bytes). It counts from the second step of
     * its kind on: once it is a constant, and repeated it grows what it has grown.
     */
    private static final Map<String, Integer> REPEATED = Map.of(
            "NFKC",
            18,
            "NFKD",
            18,
            "Precompiled",
            18,
            "NFC",
            3,
            "NFD",
            4,
            "Lowercase",
            3,
            "Nmt",
            1,
            "ByteLevel",
            4,
            "BertNormalizer",
            4,
            "Metaspace",
            2);

    private final Path file;
    private final Set<String> seen = new HashSet<>();
    private long factor = 1;
    private int steps;

    private Growth(Path file) {
        this.file = file;
    }

    /**
     * Refuses a tokenizer that makes texts too long.
     *
     * @throws AuditException with {@link Code#MODEL}, naming file and step
     */
    static void require(Path file, JsonNode tokenizer) {
        Growth growth = new Growth(file);
        growth.step("normalizer", tokenizer.path("normalizer"));
        growth.step("pre_tokenizer", tokenizer.path("pre_tokenizer"));
    }

    private void step(String place, JsonNode step) {
        if (step.isMissingNode() || step.isNull()) {
            return;
        }
        if (!step.path("type").isTextual() || ++steps > MOST_STEPS) {
            throw refused(place, "has no type, or is one of more than " + MOST_STEPS + " steps");
        }
        for (String list : List.of("normalizers", "pretokenizers")) {
            for (int i = 0; i < step.path(list).size(); i++) {
                step(place + "." + list + "[" + i + "]", step.get(list).get(i));
            }
        }
        String type = step.path("type").asText();
        factor *= 1 + points(step.path("prepend")) + points(step.path("replacement")) / 2;
        factor = Math.min(factor, MOST + 1) * (step.has("content") ? replaced(step) : 1);
        if (!seen.add(type)) {
            factor = Math.min(factor, MOST + 1) * REPEATED.getOrDefault(type, 1);
        }
        if (factor > MOST) {
            throw refused(
                    place,
                    "(" + Printable.quoted(type) + ") lets the tokenizer make a text more than " + MOST
                            + " times as long; use the model's own tokenizer");
        }
    }

    private static long replaced(JsonNode step) {
        long content = points(step.path("content"));
        long pattern = points(step.path("pattern").path("String"));
        // A regular expression, and no pattern, can match between any two characters.
        return pattern == 0 ? 1 + content : Math.max(1, (content + pattern - 1) / pattern);
    }

    private static long points(JsonNode text) {
        return text.asText().codePointCount(0, text.asText().length());
    }

    private AuditException refused(String place, String reason) {
        return new AuditException(Code.MODEL, file + ": its " + Printable.shortLine(place) + " " + reason);
    }
}
