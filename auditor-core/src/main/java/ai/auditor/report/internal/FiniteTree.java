package ai.auditor.report.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A JSON tree that every reader takes: its numbers are finite, and its texts and names hold whole characters. */
public final class FiniteTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int REPLACEMENT = 0xFFFD;

    private FiniteTree() {}

    /** A copy of a tree with null for what is not finite, and the replacement character for half a character. */
    public static JsonNode of(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            ObjectNode copy = NODES.objectNode();
            object.fields().forEachRemaining(field -> copy.set(wellFormed(field.getKey()), of(field.getValue())));
            return copy;
        }
        if (tree instanceof ArrayNode array) {
            ArrayNode copy = NODES.arrayNode(array.size());
            array.forEach(entry -> copy.add(of(entry)));
            return copy;
        }
        if (tree.isTextual()) {
            return NODES.textNode(wellFormed(tree.textValue()));
        }
        return tree.isFloatingPointNumber() && !Double.isFinite(tree.doubleValue()) ? NODES.nullNode() : tree;
    }

    /** Half a character is no text in JSON: strict readers refuse the whole file. */
    private static String wellFormed(String text) {
        return text.codePoints()
                .map(point -> Character.getType(point) == Character.SURROGATE ? REPLACEMENT : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
