package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code adapter_config.json} of a LoRA adapter, read as PEFT 0.17 reads it.
 *
 * <p>A switch that would make other weights than a product added to the base's, known or not, is refused by its name.
 */
public final class AdapterConfig {
    /** Room for the names of 100,000 modules. */
    private static final long LONGEST = 8L << 20;

    /** As wide as the widest model: more adds nothing to a weight. */
    private static final int HIGHEST_RANK = 1 << 16;

    private static final int MOST_ENTRIES = 1 << 16;
    private static final int DEFAULT_RANK = 8;
    private static final double DEFAULT_ALPHA = 8;
    private static final String ALL_LINEAR = "all-linear";

    /** What is read below. */
    private static final Set<String> READ = Set.of(
            "alpha_pattern",
            "bias",
            "exclude_modules",
            "fan_in_fan_out",
            "init_lora_weights",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "lora_bias",
            "modules_to_save",
            "peft_type",
            "r",
            "rank_pattern",
            "target_modules",
            "use_rslora");

    /** What has no bearing on the merged weights, whatever it says: settings of training, and parameters of switches that are off. */
    private static final Set<String> WITHOUT_BEARING = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "corda_config",
            "eva_config",
            "inference_mode",
            "loftq_config",
            "lora_dropout",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config",
            "task_type");

    /** Starts that leave the base's weights alone; {@code eva} puts the ranks that it chose into rank_pattern. */
    private static final Set<String> PLAIN_STARTS = Set.of("gaussian", "eva", "orthogonal");

    private static final String MERGE =
            "; merge it into its base with PEFT (merge_and_unload) and give the merged model";
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_]{1,128}");

    /** After the name of the list of layers comes the number of one. */
    private static final String LAYER = "\\.(\\d{1,9})\\..*";

    private static final String ANY_LIST = "[^.]*";

    /** Blocks hold linear maps, norms and activations, and only the first have weights of two axes. */
    private static final String IN_BLOCK = "(?:.*\\.)?\\d{1,9}\\..*";

    private final Path path;
    private final ObjectNode root;
    private final ModulePattern.Budget budget = new ModulePattern.Budget();
    private final int rank;
    private final double alpha;
    private final boolean rankStabilised;
    private final Biases biases;
    private final Selection targets;
    private final Selection excluded;
    private final List<String> saved;
    private final Set<Integer> layers;
    private final List<Pattern> layerPatterns;
    private final Map<ModulePattern, Integer> ranks = new LinkedHashMap<>();
    private final Map<ModulePattern, Double> alphas = new LinkedHashMap<>();

    /** Which biases of the base the adapter brings along. */
    private enum Biases {
        NONE,
        ALL,
        LORA_ONLY
    }

    /** Modules by the end of their name, or by a pattern over the whole of it. */
    private record Selection(Set<String> names, Optional<ModulePattern> pattern) {
        boolean has(String module) {
            return pattern.map(whole -> whole.matches(module))
                    .orElseGet(() -> endings(module).anyMatch(names::contains));
        }
    }

    private AdapterConfig(Path path) {
        this.path = path;
        this.root = StrictJson.object(path, LONGEST);
        String kind = text("peft_type", "");
        if (!kind.equals("LORA")) {
            throw refused("adapters of the kind peft_type " + Printable.quoted(kind) + " are not read; read is LORA");
        }
        requireKnownSwitches();
        requirePlainStart();
        rank = rank("r", present("r") ? root.get("r") : root.numberNode(DEFAULT_RANK));
        alpha = present("lora_alpha") ? number("lora_alpha", root.get("lora_alpha")) : DEFAULT_ALPHA;
        rankStabilised = flag("use_rslora");
        flag("lora_bias");
        biases = switch (text("bias", "none")) {
            case "none" -> Biases.NONE;
            case "all" -> Biases.ALL;
            case "lora_only" -> Biases.LORA_ONLY;
            default ->
                throw refused(
                        "bias " + Printable.quoted(text("bias", "")) + " is not known; known: none, all, lora_only");
        };
        if (!present("target_modules")) {
            throw refused("target_modules is not there: it has to say which modules the adapter is for");
        }
        targets = selection("target_modules");
        excluded = selection("exclude_modules");
        saved = List.copyOf(names("modules_to_save"));
        layers = layers();
        layerPatterns = layerPatterns();
        patterns("rank_pattern", (pattern, node) -> ranks.put(pattern, rank("rank_pattern", node)));
        patterns("alpha_pattern", (pattern, node) -> alphas.put(pattern, number("alpha_pattern", node)));
    }

    /**
     * Reads a file.
     *
     * @throws AuditException {@code MODEL} naming the file and the field that is not sound, or that is not supported
     */
    public static AdapterConfig read(Path file) {
        return new AdapterConfig(file);
    }

    private void requireKnownSwitches() {
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            JsonNode value = entry.getValue();
            boolean off = value.isNull()
                    || (value.isBoolean() && !value.booleanValue())
                    || (value.isContainerNode() && value.isEmpty());
            if (!off && !READ.contains(entry.getKey()) && !WITHOUT_BEARING.contains(entry.getKey())) {
                throw refused(Printable.quoted(entry.getKey()) + " is set" + reason(entry.getKey()) + MERGE);
            }
        }
    }

    private static String reason(String field) {
        return switch (field) {
            case "use_dora" -> ": DoRA, which scales every row of a weight, is not read";
            case "use_qalora" -> ": QA-LoRA, which pools the inputs of a weight, is not read";
            default -> ", which is not read and may make other weights";
        };
    }

    private void requirePlainStart() {
        JsonNode start = root.path("init_lora_weights");
        boolean plain =
                start.isMissingNode() || start.isNull() || start.isBoolean() || PLAIN_STARTS.contains(start.asText());
        if (!plain) {
            throw refused(
                    "init_lora_weights " + Printable.quoted(start.asText())
                            + " changes the base's own weights before training, which is not done here; save the adapter converted to plain"
                            + " LoRA (PEFT's save_pretrained with path_initial_model_for_weight_conversion), or give the merged model");
        }
    }

    /** What the adapter's maker says that it was made for; empty where it says nothing. */
    public Optional<String> base() {
        JsonNode name = root.path("base_model_name_or_path");
        return name.isTextual() && !name.textValue().isBlank() ? Optional.of(name.textValue()) : Optional.empty();
    }

    /** Whether a module, named as in the adapter, is to have factors. */
    public boolean targets(String module) {
        boolean left = excluded.has(module) || saved.stream().anyMatch(name -> contains(module, name));
        return !left && targets.has(module) && (targets.pattern().isPresent() || inLayers(module));
    }

    /** A list may be narrowed to some layers; names that stand whole in it are not. */
    private boolean inLayers(String module) {
        if (targets.names().contains(module) || layers.isEmpty()) {
            return true;
        }
        return layerPatterns.stream()
                .map(pattern -> pattern.matcher(module))
                .filter(Matcher::matches)
                .findFirst()
                .filter(layer -> layers.contains(Integer.parseInt(layer.group(1))))
                .isPresent();
    }

    /** Whether the adapter has a module whole, with all in it. */
    public boolean saves(String module) {
        for (int end = module.length(); end >= 0; end = module.lastIndexOf('.', end - 1)) {
            String owner = module.substring(0, end);
            if (saved.stream().anyMatch(owner::endsWith)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the adapter may have the base's own bias of a module. */
    public boolean savesBias(String module) {
        return switch (biases) {
            case NONE -> false;
            case ALL -> true;
            case LORA_ONLY -> targets(module);
        };
    }

    /** Columns of a module's factors. */
    public int rank(String module) {
        return first(ranks, module).orElse(rank);
    }

    /** What the product of a module's factors is multiplied with. */
    public double scale(String module) {
        double over = rank(module);
        return first(alphas, module).orElse(alpha) / (rankStabilised ? Math.sqrt(over) : over);
    }

    private static <T> Optional<T> first(Map<ModulePattern, T> patterns, String module) {
        return patterns.entrySet().stream()
                .filter(entry -> entry.getKey().matches(module))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** The name and what is left of it without its first words. */
    private static Stream<String> endings(String module) {
        return Stream.iterate(
                        Optional.of(module),
                        Optional::isPresent,
                        rest -> rest.filter(text -> text.indexOf('.') >= 0)
                                .map(text -> text.substring(text.indexOf('.') + 1)))
                .flatMap(Optional::stream);
    }

    private static boolean contains(String module, String name) {
        return ("." + module + ".").contains("." + name + ".");
    }

    private Selection selection(String field) {
        if (!present(field) || !root.get(field).isTextual()) {
            return new Selection(names(field), Optional.empty());
        }
        String text = root.get(field).textValue();
        String pattern = text.equalsIgnoreCase(ALL_LINEAR) ? IN_BLOCK : text;
        return new Selection(Set.of(), Optional.of(ModulePattern.whole(path, field, pattern, budget)));
    }

    private Set<String> names(String field) {
        Set<String> names = new TreeSet<>();
        for (JsonNode node : elements(field)) {
            if (!node.isTextual() || node.textValue().isEmpty()) {
                throw refused(field + " is not a list of names");
            }
            names.add(node.textValue());
        }
        return names;
    }

    private Set<Integer> layers() {
        Set<Integer> numbers = new TreeSet<>();
        for (JsonNode node : elements("layers_to_transform")) {
            if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
                throw refused("layers_to_transform is not a list of layers");
            }
            numbers.add(node.intValue());
        }
        return numbers;
    }

    /** What stands in a list, or alone. */
    private List<JsonNode> elements(String field) {
        List<JsonNode> elements = new ArrayList<>();
        if (present(field)) {
            JsonNode node = root.get(field);
            if (node.size() > MOST_ENTRIES) {
                throw refused(field + " has more than " + MOST_ENTRIES + " entries");
            }
            if (node.isArray()) {
                node.forEach(elements::add);
            } else {
                elements.add(node);
            }
        }
        return elements;
    }

    private List<Pattern> layerPatterns() {
        Set<String> lists = names("layers_pattern");
        for (String list : lists) {
            if (!WORD.matcher(list).matches()) {
                throw refused("layers_pattern " + Printable.quoted(list) + " is not one word, such as \"layers\"");
            }
        }
        return (lists.isEmpty() ? Set.of(ANY_LIST) : lists)
                .stream().map(list -> Pattern.compile(".*\\." + list + LAYER)).toList();
    }

    private interface PatternEntry {
        void take(ModulePattern pattern, JsonNode value);
    }

    private void patterns(String field, PatternEntry entry) {
        if (!present(field)) {
            return;
        }
        if (!(root.get(field) instanceof ObjectNode patterns) || patterns.size() > MOST_ENTRIES) {
            throw refused(field + " is not an object of up to " + MOST_ENTRIES + " patterns");
        }
        patterns.properties()
                .forEach(one -> entry.take(ModulePattern.ending(path, field, one.getKey(), budget), one.getValue()));
    }

    private int rank(String field, JsonNode node) {
        if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < 1
                || node.intValue() > HIGHEST_RANK) {
            throw refused(field + " " + Printable.quoted(node.asText()) + " is not a rank from 1 to " + HIGHEST_RANK);
        }
        return node.intValue();
    }

    private double number(String field, JsonNode node) {
        if (!node.isNumber() || !Float.isFinite((float) node.doubleValue())) {
            throw refused(field + " " + Printable.quoted(node.asText()) + " is not a number");
        }
        return node.doubleValue();
    }

    private boolean flag(String field) {
        if (!present(field)) {
            return false;
        }
        if (!root.get(field).isBoolean()) {
            throw refused(field + " is not true or false");
        }
        return root.get(field).booleanValue();
    }

    private String text(String field, String otherwise) {
        if (!present(field)) {
            return otherwise;
        }
        if (!root.get(field).isTextual()) {
            throw refused(field + " is not a text");
        }
        return root.get(field).textValue();
    }

    private boolean present(String field) {
        return root.hasNonNull(field);
    }

    private AuditException refused(String reason) {
        return Refusal.of(path, reason);
    }
}
