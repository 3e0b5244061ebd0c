package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.Family;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.ModelFacts.Biases;
import ai.auditor.model.Rope;
import ai.auditor.tensor.BlockShape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json} as transformers 4 and 5 write it; what is absent has the default of transformers' configuration of the family. */
public final class ConfigFile {
    private static final long LONGEST = 16L << 20;

    private static final int MOST_LAYERS = 1024;
    private static final int WIDEST = 1 << 16;
    private static final int WIDEST_INTERMEDIATE = 1 << 20;
    private static final int MOST_HEADS = 1 << 12;
    private static final int LARGEST_VOCABULARY = 4 << 20;
    private static final int MOST_POSITIONS = 1 << 24;
    private static final int MOST_END_TOKENS = 256;

    private static final double DEFAULT_THETA = 10_000;
    /** Shares of a head that Pythia and GPT-NeoX rotate by default. */
    private static final double DEFAULT_ROTARY_SHARE = 0.25;

    private static final Set<String> UNSCALED = Set.of("rope_theta", "partial_rotary_factor");
    private static final String LOGIT_CAP = "final_logit_softcapping";
    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";

    private final Path path;
    /** The whole file: models that see pictures too say there how a text begins and ends. */
    private final ObjectNode top;
    /** Where the numbers of the language model stand. */
    private final ObjectNode root;

    private ConfigFile(Path path, ObjectNode top, ObjectNode root) {
        this.path = path;
        this.top = top;
        this.root = root;
    }

    private static ConfigFile open(Path path) {
        ObjectNode top = StrictJson.object(path, LONGEST);
        ConfigFile file = new ConfigFile(path, top, top);
        if (present(top, "quantization_config")) {
            throw file.refused("quantization_config is not supported; take the unquantised weights, or a GGUF");
        }
        if (!file.text(top, "model_type", "").equals("gemma3")) {
            return file;
        }
        ObjectNode inner = file.object(top, "text_config");
        if (inner == null) {
            throw file.refused("text_config, where model family \"gemma3\" has its numbers, is not there");
        }
        return new ConfigFile(path, top, inner);
    }

    /** Facts of the model in a directory. */
    public static ModelFacts read(Path modelDirectory) {
        Path path = modelDirectory.resolve("config.json");
        return open(path).facts();
    }

    private ModelFacts facts() {
        String modelType = text(root, "model_type", "");
        Family family = Family.of(modelType)
                .orElseThrow(() -> refused("model family " + Printable.quoted(modelType) + " is not known; known: "
                        + Arrays.stream(Family.values()).map(Family::modelType).collect(Collectors.joining(", "))
                        + ", and gemma3 by its text_config"));
        return switch (family) {
            case LLAMA -> llama(family, new Biases(flag("attention_bias"), flag("attention_bias"), flag("mlp_bias")));
            case MISTRAL -> llama(family, new Biases(false, false, false));
            case QWEN2 -> llama(family, new Biases(true, false, false));
            case QWEN3, GEMMA2, GEMMA3 ->
                llama(family, new Biases(flag("attention_bias"), flag("attention_bias"), false));
            case GPT_NEOX -> neox(family);
            case GPT2 -> gpt2(family);
        };
    }

    private ModelFacts llama(Family family, Biases biases) {
        boolean gemma = family == Family.GEMMA2 || family == Family.GEMMA3;
        int hidden = integer("hidden_size", WIDEST);
        int layers = integer("num_hidden_layers", MOST_LAYERS);
        boolean sparse = family == Family.GEMMA3;
        int heads =
                sparse ? integerOr("num_attention_heads", MOST_HEADS, 8) : integer("num_attention_heads", MOST_HEADS);
        int keyValueHeads = present(root, "num_key_value_heads")
                ? integer("num_key_value_heads", heads)
                : keyValueHeads(family, heads);
        if (heads % keyValueHeads != 0) {
            throw refused(
                    "num_attention_heads " + heads + " is not a multiple of num_key_value_heads " + keyValueHeads);
        }
        int dimension = headDimension(
                hidden,
                heads,
                switch (family) {
                    case QWEN3 -> 128;
                    case GEMMA2, GEMMA3 -> 256;
                    case LLAMA, MISTRAL, QWEN2, GPT_NEOX, GPT2 -> 0;
                });
        if (family == Family.GEMMA3 && flag("use_bidirectional_attention")) {
            throw refused("use_bidirectional_attention is not supported: this is a model that does not write");
        }
        int positions = integerOr(
                "max_position_embeddings",
                MOST_POSITIONS,
                switch (family) {
                    case LLAMA -> 2048;
                    case MISTRAL -> 131_072;
                    case QWEN2, QWEN3 -> 32_768;
                    case GEMMA2 -> 8192;
                    case GEMMA3 -> 131_072;
                    case GPT_NEOX, GPT2 -> 2048;
                });
        Ropes ropes = ropes("rope_theta", dimension, positions, family == Family.GEMMA3 ? 1e6 : DEFAULT_THETA, 1);
        int vocabulary = sparse
                ? integerOr("vocab_size", LARGEST_VOCABULARY, 262_208)
                : integer("vocab_size", LARGEST_VOCABULARY);
        return new ModelFacts(
                family,
                hidden,
                integer("intermediate_size", WIDEST_INTERMEDIATE),
                layers,
                heads,
                keyValueHeads,
                dimension,
                vocabulary,
                positions,
                positive(root, "rms_norm_eps").orElse(1e-6),
                new ModelFacts.Attention(
                        1
                                / Math.sqrt(
                                        gemma
                                                ? positive(root, "query_pre_attn_scalar")
                                                        .orElse(256)
                                                : dimension),
                        cap("attn_logit_softcapping", family, 50),
                        ropes.full(),
                        family == Family.GEMMA3 ? ropes.sliding() : ropes.full(),
                        window(family),
                        sliding(family, layers)),
                gemma ? activation("hidden_activation", "gelu_pytorch_tanh") : activation("hidden_act", "silu"),
                cap(LOGIT_CAP, family, 30),
                false,
                biases,
                flag("tie_word_embeddings", gemma),
                token("bos_token_id", vocabulary),
                tokens("eos_token_id", vocabulary),
                token("pad_token_id", vocabulary));
    }

    private ModelFacts neox(Family family) {
        int hidden = integer("hidden_size", WIDEST);
        int layers = integer("num_hidden_layers", MOST_LAYERS);
        int heads = integer("num_attention_heads", MOST_HEADS);
        int dimension = headDimension(hidden, heads, 0);
        int positions = integerOr("max_position_embeddings", MOST_POSITIONS, 2048);
        // Where a file has both, transformers takes the older name.
        double share = positive(root, "rotary_pct")
                .orElse(positive(root, "partial_rotary_factor").orElse(DEFAULT_ROTARY_SHARE));
        Rope rope = ropes("rotary_emb_base", dimension, positions, DEFAULT_THETA, share)
                .full();
        int vocabulary = integer("vocab_size", LARGEST_VOCABULARY);
        boolean biased = flag("attention_bias", true);
        return new ModelFacts(
                family,
                hidden,
                integer("intermediate_size", WIDEST_INTERMEDIATE),
                layers,
                heads,
                heads,
                dimension,
                vocabulary,
                positions,
                positive(root, "layer_norm_eps").orElse(1e-5),
                whole(dimension, rope, layers),
                activation("hidden_act", "gelu"),
                0,
                flag("use_parallel_residual", true),
                new Biases(biased, biased, true),
                flag("tie_word_embeddings"),
                token("bos_token_id", vocabulary),
                tokens("eos_token_id", vocabulary),
                token("pad_token_id", vocabulary));
    }

    private ModelFacts gpt2(Family family) {
        for (String field : List.of("scale_attn_by_inverse_layer_idx", "add_cross_attention")) {
            if (flag(field)) {
                throw refused(field + " true is not supported");
            }
        }
        if (!flag("scale_attn_weights", true)) {
            throw refused("scale_attn_weights false is not supported");
        }
        int hidden = integer("n_embd", WIDEST);
        int layers = integer("n_layer", MOST_LAYERS);
        int heads = integer("n_head", MOST_HEADS);
        int dimension = headDimension(hidden, heads, 0);
        int vocabulary = integer("vocab_size", LARGEST_VOCABULARY);
        return new ModelFacts(
                family,
                hidden,
                integerOr("n_inner", WIDEST_INTERMEDIATE, 4 * hidden),
                layers,
                heads,
                heads,
                dimension,
                vocabulary,
                integerOr("n_positions", MOST_POSITIONS, 1024),
                positive(root, "layer_norm_epsilon").orElse(1e-5),
                whole(dimension, new Rope(DEFAULT_THETA, 0, new Rope.Unscaled()), layers),
                activation("activation_function", "gelu_new"),
                0,
                false,
                new Biases(true, true, true),
                flag("tie_word_embeddings", true),
                token("bos_token_id", vocabulary),
                tokens("eos_token_id", vocabulary),
                token("pad_token_id", vocabulary));
    }

    private static ModelFacts.Attention whole(int dimension, Rope rope, int layers) {
        return new ModelFacts.Attention(1 / Math.sqrt(dimension), 0, rope, rope, 0, Collections.nCopies(layers, false));
    }

    private int integerOr(String field, int most, int otherwise) {
        return present(root, field) ? integer(field, most) : otherwise;
    }

    /** A cap that a family may have: absent is the family's own, null is none. */
    private double cap(String field, Family family, double own) {
        if (family == Family.GEMMA2 && !root.has(field)) {
            return own;
        }
        // The code of Gemma 3 reads the cap of logits alone.
        boolean read = family == Family.GEMMA2 || (family == Family.GEMMA3 && field.equals(LOGIT_CAP));
        return read ? positive(root, field).orElse(0) : 0;
    }

    private BlockShape.Activation activation(String field, String otherwise) {
        String name = text(root, field, otherwise);
        return switch (name) {
            case "silu", "swish" -> BlockShape.Activation.SILU;
            case "gelu" -> BlockShape.Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> BlockShape.Activation.GELU_TANH;
            default ->
                throw refused(field + " " + Printable.quoted(name)
                        + " is not known; known: silu, gelu, gelu_new, gelu_pytorch_tanh, gelu_fast");
        };
    }

    private int window(Family family) {
        return switch (family) {
            case LLAMA, GPT_NEOX, GPT2 -> 0;
            // Mistral's own default; null in the versions without a window.
            case MISTRAL, GEMMA2, GEMMA3 ->
                root.has("sliding_window")
                        ? present(root, "sliding_window") ? integer("sliding_window", MOST_POSITIONS) : 0
                        : 4096;
            case QWEN2, QWEN3 ->
                flag("use_sliding_window")
                        ? present(root, "sliding_window") ? integer("sliding_window", MOST_POSITIONS) : 4096
                        : 0;
        };
    }

    /** Which blocks see a window only. */
    private List<Boolean> sliding(Family family, int layers) {
        if (window(family) == 0) {
            return Collections.nCopies(layers, false);
        }
        if (present(root, "layer_types") && family != Family.MISTRAL) {
            return layerTypes(layers);
        }
        List<Boolean> sliding = new ArrayList<>();
        int full = integerOr("sliding_window_pattern", MOST_LAYERS, 6);
        int whole = present(root, "max_window_layers") ? integerFromZero("max_window_layers", MOST_LAYERS) : 28;
        for (int layer = 0; layer < layers; layer++) {
            sliding.add(
                    switch (family) {
                        case LLAMA, GPT_NEOX, GPT2 -> false;
                        case MISTRAL -> true;
                        case GEMMA2 -> layer % 2 == 0;
                        case GEMMA3 -> (layer + 1) % full != 0;
                        case QWEN2, QWEN3 -> layer >= whole;
                    });
        }
        return sliding;
    }

    private List<Boolean> layerTypes(int layers) {
        JsonNode types = root.get("layer_types");
        if (!types.isArray() || types.size() != layers) {
            throw refused("layer_types is not a list of " + layers + " kinds, one a layer");
        }
        List<Boolean> sliding = new ArrayList<>();
        for (JsonNode type : types) {
            String kind = type.asText();
            if (!kind.equals(SLIDING) && !kind.equals(FULL)) {
                throw refused(
                        "layer type " + Printable.quoted(kind) + " is not known; known: " + FULL + ", " + SLIDING);
            }
            sliding.add(kind.equals(SLIDING));
        }
        return sliding;
    }

    /** The family's default, which is that of one of its models. */
    private int keyValueHeads(Family family, int heads) {
        int own = switch (family) {
            case LLAMA, GPT_NEOX, GPT2 -> heads;
            case MISTRAL -> 8;
            case QWEN2, QWEN3 -> 32;
            case GEMMA2, GEMMA3 -> 4;
        };
        if (own > heads) {
            throw refused("num_key_value_heads is not there, and the family's " + own + " are more than the " + heads
                    + " heads");
        }
        return own;
    }

    private int headDimension(int hidden, int heads, int otherwise) {
        int dimension;
        if (present(root, "head_dim")) {
            dimension = integer("head_dim", WIDEST);
        } else if (otherwise > 0) {
            dimension = otherwise;
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

    /** Rotations of blocks that see all, and of those that see a window. */
    private record Ropes(Rope full, Rope sliding) {}

    /**
     * Version 4 has the base beside rope_scaling; version 5 has both inside rope_parameters, for each kind of block apart where they
     * differ.
     *
     * @param baseField how version 4 calls the base
     */
    private Ropes ropes(String baseField, int dimension, int positions, double otherwise, double share) {
        ObjectNode parameters = object(root, "rope_parameters");
        ObjectNode scaling = object(root, "rope_scaling");
        if (parameters != null && (parameters.has(FULL) || parameters.has(SLIDING))) {
            return new Ropes(
                    rope(
                            "rope_parameters." + FULL,
                            object(parameters, FULL),
                            OptionalDouble.empty(),
                            dimension,
                            positions,
                            otherwise,
                            share),
                    rope(
                            "rope_parameters." + SLIDING,
                            object(parameters, SLIDING),
                            OptionalDouble.empty(),
                            dimension,
                            positions,
                            DEFAULT_THETA,
                            share));
        }
        OptionalDouble base = positive(root, present(root, baseField) ? baseField : "rope_theta");
        requireShare("partial_rotary_factor", root);
        Rope full;
        if (parameters == null) {
            full = rope("rope_scaling", scaling, base, dimension, positions, otherwise, share);
        } else {
            full = rope("rope_parameters", parameters, base, dimension, positions, otherwise, share);
            if (scaling != null) {
                Rope other = rope("rope_scaling", scaling, base, dimension, positions, otherwise, share);
                if (!other.equals(full)) {
                    throw refused("rope_scaling and rope_parameters contradict each other");
                }
            }
        }
        double local = positive(root, "rope_local_base_freq").orElse(DEFAULT_THETA);
        return new Ropes(full, new Rope(local, full.dimensions(), new Rope.Unscaled()));
    }

    private Rope rope(
            String field,
            @Nullable ObjectNode rope,
            OptionalDouble base,
            int dimension,
            int positions,
            double otherwise,
            double share) {
        if (rope == null) {
            return new Rope(base.orElse(otherwise), rotated(dimension, share), new Rope.Unscaled());
        }
        OptionalDouble inner = positive(rope, "rope_theta");
        if (base.isPresent() && inner.isPresent() && base.getAsDouble() != inner.getAsDouble()) {
            throw refused("rope_theta is " + base.getAsDouble() + ", but " + inner.getAsDouble() + " in " + field);
        }
        double theta = inner.isPresent() ? inner.getAsDouble() : base.orElse(otherwise);
        requireShare(field + ".partial_rotary_factor", rope);
        double part = present(root, "rotary_pct")
                ? share
                : positive(rope, "partial_rotary_factor").orElse(share);
        return new Rope(theta, rotated(dimension, part), scaling(field, rope, positions));
    }

    /** Families that rotate whole heads have no code for parts of them. */
    private void requireShare(String what, ObjectNode node) {
        double share = positive(node, "partial_rotary_factor").orElse(1);
        if (share != 1 && !text(root, "model_type", "").equals(Family.GPT_NEOX.modelType())) {
            throw refused(what + " " + share + " is not supported in this family; supported: 1");
        }
    }

    private int rotated(int dimension, double share) {
        int rotated = (int) (dimension * share);
        if (share > 1 || rotated < 2 || rotated % 2 != 0) {
            throw refused("a share of " + share + " of a head of " + dimension
                    + " is no even number of dimensions to rotate");
        }
        return rotated;
    }

    private Rope.Scaling scaling(String field, ObjectNode rope, int positions) {
        String kind = text(rope, "rope_type", text(rope, "type", ""));
        // Without a kind, only what carries no scaling is the default one.
        boolean plain = UNSCALED.containsAll(
                rope.propertyStream().map(Map.Entry::getKey).toList());
        if (kind.isEmpty() && plain) {
            return new Rope.Unscaled();
        }
        int original = present(rope, "original_max_position_embeddings")
                ? integer(rope, "original_max_position_embeddings", 1, MOST_POSITIONS)
                : positions;
        return switch (kind) {
            case "default", "dynamic" -> new Rope.Unscaled();
            case "linear" -> new Rope.Linear(needed(field, rope, "factor"));
            case "llama3" -> {
                double low = needed(field, rope, "low_freq_factor");
                double high = needed(field, rope, "high_freq_factor");
                if (high <= low) {
                    throw refused(field + ".high_freq_factor " + high + " is not above low_freq_factor " + low);
                }
                yield new Rope.Llama3(needed(field, rope, "factor"), low, high, original);
            }
            case "yarn" -> yarn(field, rope, original);
            default ->
                throw refused("rope kind " + Printable.quoted(kind) + " in " + field
                        + " is not known; known: default, linear, dynamic, llama3, yarn");
        };
    }

    private Rope.Yarn yarn(String field, ObjectNode rope, int original) {
        double factor = needed(field, rope, "factor");
        OptionalDouble mscale = positive(rope, "mscale");
        OptionalDouble mscaleAll = positive(rope, "mscale_all_dim");
        double own = mscale.isPresent() && mscaleAll.isPresent()
                ? grown(factor, mscale.getAsDouble()) / grown(factor, mscaleAll.getAsDouble())
                : grown(factor, 1);
        return new Rope.Yarn(
                factor,
                positive(rope, "attention_factor").orElse(own),
                positive(rope, "beta_fast").orElse(32),
                positive(rope, "beta_slow").orElse(1),
                original,
                !present(rope, "truncate") || flag(rope, "truncate"));
    }

    private static double grown(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * StrictMath.log(factor) + 1;
    }

    private double needed(String field, ObjectNode node, String name) {
        return positive(node, name).orElseThrow(() -> refused(field + "." + name + " is not there"));
    }

    private @Nullable ObjectNode object(ObjectNode node, String field) {
        if (!present(node, field)) {
            return null;
        }
        if (!(node.get(field) instanceof ObjectNode object)) {
            throw refused(field + " is not an object");
        }
        return object;
    }

    private OptionalInt token(String field, int vocabulary) {
        ObjectNode node = present(root, field) ? root : top;
        return present(node, field) ? tokenId(field, node.get(field), vocabulary) : OptionalInt.empty();
    }

    private List<Integer> tokens(String field, int vocabulary) {
        List<Integer> ids = new ArrayList<>();
        ObjectNode container = present(top, field) ? top : root;
        if (present(container, field)) {
            JsonNode node = container.get(field);
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
        return integer(root, field, 1, most);
    }

    private int integerFromZero(String field, int most) {
        return integer(root, field, 0, most);
    }

    private int integer(ObjectNode container, String field, int least, int most) {
        JsonNode node = container.get(field);
        if (node == null || !node.isIntegralNumber() || !node.canConvertToInt()) {
            throw refused(field + (node == null ? " is not there" : " is not a whole number up to " + most));
        }
        if (node.intValue() < least || node.intValue() > most) {
            throw refused(field + " " + node.intValue() + " is not between " + least + " and " + most);
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
        return flag(field, false);
    }

    private boolean flag(String field, boolean otherwise) {
        return present(root, field) ? flag(root, field) : otherwise;
    }

    private boolean flag(ObjectNode node, String field) {
        if (!node.get(field).isBoolean()) {
            throw refused(field + " is not true or false");
        }
        return node.get(field).booleanValue();
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
