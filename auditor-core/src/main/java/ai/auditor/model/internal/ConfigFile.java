package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.ModelFacts;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/** Reads {@code config.json} as transformers 4 and 5 write it; defaults are those of transformers' {@code LlamaConfig}. */
public final class ConfigFile {
    private static final long LONGEST = 16L << 20;

    private static final int MOST_LAYERS = 1024;
    private static final int WIDEST = 1 << 16;
    private static final int WIDEST_INTERMEDIATE = 1 << 20;
    private static final int MOST_HEADS = 1 << 12;
    private static final int LARGEST_VOCABULARY = 4 << 20;
    private static final int MOST_POSITIONS = 1 << 24;
    private static final int MOST_END_TOKENS = 256;

    private static final double DEFAULT_EPSILON = 1e-6;
    private static final double DEFAULT_THETA = 10_000;
    private static final int DEFAULT_POSITIONS = 2048;

    private static final Set<String> UNSCALED = Set.of("rope_theta", "partial_rotary_factor");

    private final Path path;
    private final ObjectNode root;

    private ConfigFile(Path path) {
        this.path = path;
        this.root = StrictJson.object(path, LONGEST);
    }

    /** Facts of the model in a directory. */
    public static ModelFacts read(Path modelDirectory) {
        Path path = modelDirectory.resolve("config.json");
        return new ConfigFile(path).facts();
    }

    private ModelFacts facts() {
        String modelType = text(root, "model_type", "");
        return switch (modelType) {
            case "llama" -> llama(modelType);
            default -> throw refused("model family " + Printable.quoted(modelType) + " is not known; known: llama");
        };
    }

    private ModelFacts llama(String modelType) {
        if (present(root, "quantization_config")) {
            throw refused("quantization_config is not supported; take the unquantised weights, or a GGUF");
        }
        String activation = text(root, "hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw refused("hidden_act " + Printable.quoted(activation) + " is not known; known: silu");
        }
        int hidden = integer("hidden_size", WIDEST);
        int heads = integer("num_attention_heads", MOST_HEADS);
        int keyValueHeads = present(root, "num_key_value_heads") ? integer("num_key_value_heads", heads) : heads;
        if (heads % keyValueHeads != 0) {
            throw refused(
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads " + keyValueHeads);
        }
        int vocabulary = integer("vocab_size", LARGEST_VOCABULARY);
        return new ModelFacts(
                modelType,
                hidden,
                integer("intermediate_size", WIDEST_INTERMEDIATE),
                integer("num_hidden_layers", MOST_LAYERS),
                heads,
                keyValueHeads,
                headDimension(hidden, heads),
                vocabulary,
                present(root, "max_position_embeddings")
                        ? integer("max_position_embeddings", MOST_POSITIONS)
                        : DEFAULT_POSITIONS,
                positive(root, "rms_norm_eps").orElse(DEFAULT_EPSILON),
                ropeTheta(),
                flag("attention_bias"),
                flag("mlp_bias"),
                flag("tie_word_embeddings"),
                token("bos_token_id", vocabulary),
                tokens("eos_token_id", vocabulary),
                token("pad_token_id", vocabulary));
    }

    private int headDimension(int hidden, int heads) {
        int dimension;
        if (present(root, "head_dim")) {
            dimension = integer("head_dim", WIDEST);
        } else if (hidden % heads == 0) {
            dimension = hidden / heads;
        } else {
            throw refused("hidden_size " + hidden + " is not a multiple of num_attention_heads " + heads);
        }
        if (dimension % 2 != 0) {
            throw refused("the head dimension " + dimension + " is odd; rotation needs pairs");
        }
        return dimension;
    }

    /** Version 4 has rope_theta beside rope_scaling; version 5 has both inside rope_parameters. */
    private double ropeTheta() {
        OptionalDouble theta = positive(root, "rope_theta");
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            if (!present(root, field)) {
                continue;
            }
            if (!(root.get(field) instanceof ObjectNode rope)) {
                throw refused(field + " is not an object");
            }
            requireDefaultRope(field, rope);
            OptionalDouble inner = positive(rope, "rope_theta");
            if (theta.isPresent() && inner.isPresent() && theta.getAsDouble() != inner.getAsDouble()) {
                throw refused("rope_theta is " + theta.getAsDouble() + ", but " + inner.getAsDouble() + " in " + field);
            }
            theta = inner.isPresent() ? inner : theta;
        }
        requireWholeRotation("partial_rotary_factor", root);
        return theta.orElse(DEFAULT_THETA);
    }

    private void requireDefaultRope(String field, ObjectNode rope) {
        String kind = text(rope, "rope_type", text(rope, "type", ""));
        // Without a kind, only what carries no scaling is the default one.
        boolean plain = UNSCALED.containsAll(
                rope.propertyStream().map(Map.Entry::getKey).toList());
        if (!kind.equals("default") && !(kind.isEmpty() && plain)) {
            throw refused("rope kind " + Printable.quoted(kind) + " in " + field + " is not known; known: default");
        }
        requireWholeRotation(field + ".partial_rotary_factor", rope);
    }

    private void requireWholeRotation(String what, ObjectNode node) {
        double part = positive(node, "partial_rotary_factor").orElse(1);
        if (part != 1) {
            throw refused(what + " " + part + " is not supported; supported: 1");
        }
    }

    private OptionalInt token(String field, int vocabulary) {
        return present(root, field) ? tokenId(field, root.get(field), vocabulary) : OptionalInt.empty();
    }

    private List<Integer> tokens(String field, int vocabulary) {
        List<Integer> ids = new ArrayList<>();
        if (present(root, field)) {
            JsonNode node = root.get(field);
            if (node.size() > MOST_END_TOKENS) {
                throw refused(field + " has more than " + MOST_END_TOKENS + " numbers");
            }
            for (JsonNode id : node.isArray() ? node : List.of(node)) {
                tokenId(field, id, vocabulary).ifPresent(ids::add);
            }
        }
        return ids;
    }

    /** Some models write -1 for none. */
    private OptionalInt tokenId(String field, JsonNode node, int vocabulary) {
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < -1
                || node.intValue() >= vocabulary) {
            throw refused(field + " is not a token of a vocabulary of " + vocabulary);
        }
        return node.intValue() < 0 ? OptionalInt.empty() : OptionalInt.of(node.intValue());
    }

    private int integer(String field, int most) {
        JsonNode node = root.get(field);
        if (node == null || !node.isIntegralNumber() || !node.canConvertToInt()) {
            throw refused(field + (node == null ? " is not there" : " is not a whole number up to " + most));
        }
        if (node.intValue() < 1 || node.intValue() > most) {
            throw refused(field + " " + node.intValue() + " is not between 1 and " + most);
        }
        return node.intValue();
    }

    private OptionalDouble positive(ObjectNode node, String field) {
        if (!present(node, field)) {
            return OptionalDouble.empty();
        }
        JsonNode value = node.get(field);
        // The model computes in 32-bit floats: what is no positive number there is none at all.
        float single = value.isNumber() ? (float) value.doubleValue() : Float.NaN;
        if (!(single > 0 && single < Float.POSITIVE_INFINITY)) {
            throw refused(field + " is not a positive number");
        }
        return OptionalDouble.of(value.doubleValue());
    }

    private boolean flag(String field) {
        if (!present(root, field)) {
            return false;
        }
        if (!root.get(field).isBoolean()) {
            throw refused(field + " is not true or false");
        }
        return root.get(field).booleanValue();
    }

    private String text(ObjectNode node, String field, String otherwise) {
        if (!present(node, field)) {
            return otherwise;
        }
        if (!node.get(field).isTextual()) {
            throw refused(field + " is not a text");
        }
        return node.get(field).textValue();
    }

    private static boolean present(ObjectNode node, String field) {
        return node.hasNonNull(field);
    }

    private AuditException refused(String reason) {
        return Refusal.of(path, reason);
    }
}
