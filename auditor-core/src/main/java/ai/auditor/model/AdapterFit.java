package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.AdaptedWeights.Change;
import ai.auditor.model.AdaptedWeights.Product;
import ai.auditor.model.AdaptedWeights.Shift;
import ai.auditor.model.WeightMap.Role;
import ai.auditor.model.internal.AdapterConfig;
import ai.auditor.model.internal.Refusal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Finds for every tensor of an adapter its place in a base, and refuses an adapter of which anything is left over or missing. */
final class AdapterFit {
    private static final String PREFIX = "base_model.model.";
    private static final String BIAS = ".bias";

    /** The output head of every family that ties it; where it is tied, a base has no tensor of its own for it. */
    private static final String WEIGHT = ".weight";

    /** Modules of the output head, in any family: they stand beside the model, not in it. */
    private static final Set<String> HEADS = Arrays.stream(Family.values())
            .flatMap(family -> family.names().heads().stream())
            .map(name -> name.substring(0, name.length() - WEIGHT.length()))
            .collect(Collectors.toUnmodifiableSet());

    private static final String MERGE =
            "merge the adapter into its base with PEFT (merge_and_unload) and give the merged model";

    private final AdapterConfig config;
    private final WeightSource adapter;
    private final ModelFacts facts;
    private final WeightSource base;
    private final WeightMap map;
    private final String embedding;
    private final String head;
    private final SortedMap<String, Map<Kind, String>> modules;
    private final Naming naming;
    private final NavigableMap<String, Change> changes = new TreeMap<>();
    private boolean untied;

    /** What a tensor is to its module, by the end of its name. */
    private enum Kind {
        FIRST(".lora_A.weight"),
        SECOND(".lora_B.weight"),
        SHIFT(".lora_B.bias"),
        EMBEDDING_FIRST(".lora_embedding_A"),
        EMBEDDING_SECOND(".lora_embedding_B"),
        /** The base's own below the factors: PEFT adds it for embeddings. */
        BASE_WEIGHT(".base_layer.weight"),
        BASE_BIAS(".base_layer.bias"),
        WHOLE_WEIGHT(WEIGHT),
        WHOLE_BIAS(BIAS);

        private final String ending;

        Kind(String ending) {
            this.ending = ending;
        }

        /** Whether nothing else of an adapter stands before the ending, such as the factors of another kind, or an adapter's name. */
        boolean marks(String name) {
            return name.lastIndexOf(".lora_", name.length() - ending.length() - 1) < 0;
        }

        static Optional<Kind> of(String name) {
            return Arrays.stream(values())
                    .filter(kind -> name.endsWith(kind.ending))
                    .findFirst();
        }
    }

    /**
     * How the base names what the adapter names: a base saved alone lacks the first word, and so does an adapter trained on one.
     *
     * @param adapterPrefix what only the adapter has
     * @param basePrefix what only the base has
     */
    private record Naming(String adapterPrefix, String basePrefix) {
        String inBase(String module) {
            return exchanged(module, adapterPrefix, basePrefix);
        }

        String inAdapter(String module) {
            return exchanged(module, basePrefix, adapterPrefix);
        }

        private static String exchanged(String module, String from, String to) {
            return !HEADS.contains(module) && module.startsWith(from) ? to + module.substring(from.length()) : module;
        }
    }

    AdapterFit(AdapterConfig config, WeightSource adapter, ModelFacts facts, WeightSource base) {
        this.config = config;
        this.adapter = adapter;
        this.facts = facts;
        this.base = base;
        this.map = WeightMap.of(facts, base);
        this.embedding = map.name(Role.EMBEDDING);
        this.head = facts.tiedEmbeddings() ? facts.family().names().heads().get(0) : map.name(Role.OUTPUT_HEAD);
        this.modules = modules();
        this.naming = naming();
    }

    AdaptedWeights weights() {
        base.names().forEach(name -> changes.put(name, Change.none(name)));
        if (facts.tiedEmbeddings()) {
            // Whatever copy of it the file may have, the embeddings are the head.
            changes.put(head, Change.none(embedding));
        }
        modules.forEach(this::take);
        changes.forEach(this::requireNothingMissing);
        if (facts.tiedEmbeddings() && !untied) {
            changes.remove(head);
        }
        return new AdaptedWeights(base, adapter, untied ? facts.untied() : facts, changes);
    }

    private SortedMap<String, Map<Kind, String>> modules() {
        SortedMap<String, Map<Kind, String>> found = new TreeMap<>();
        for (String tensor : adapter.names()) {
            if (tensor.contains("lora_magnitude_vector")) {
                throw refused(tensor, "is one of DoRA, which scales every row of a weight and is not read; " + MERGE);
            }
            Kind kind = Kind.of(tensor)
                    .filter(known -> tensor.startsWith(PREFIX) && known.marks(tensor))
                    .orElseThrow(() -> refused(tensor, "is none that a LoRA adapter has, as PEFT saves it"));
            int end = Math.max(PREFIX.length(), tensor.length() - kind.ending.length());
            found.computeIfAbsent(tensor.substring(PREFIX.length(), end), module -> new EnumMap<>(Kind.class))
                    .put(kind, tensor);
        }
        return found;
    }

    /** By the first module that the base has: under its whole name, without some words before it, or with some. */
    private Naming naming() {
        for (String module : modules.keySet()) {
            if (HEADS.contains(module)) {
                continue;
            }
            if (base.names().contains(module + WEIGHT)) {
                break;
            }
            for (int dot = module.indexOf('.'); dot >= 0; dot = module.indexOf('.', dot + 1)) {
                if (base.names().contains(module.substring(dot + 1) + WEIGHT)) {
                    return new Naming(module.substring(0, dot + 1), "");
                }
            }
            String ending = "." + module + WEIGHT;
            Optional<String> longer =
                    base.names().stream().filter(name -> name.endsWith(ending)).findFirst();
            if (longer.isPresent()) {
                return new Naming("", longer.get().substring(0, longer.get().length() - ending.length() + 1));
            }
        }
        return new Naming("", "");
    }

    private void take(String module, Map<Kind, String> tensors) {
        tensors.forEach((kind, tensor) -> {
            switch (kind) {
                case BASE_WEIGHT, WHOLE_WEIGHT, BASE_BIAS, WHOLE_BIAS -> whole(module, kind, tensor);
                case SHIFT -> shift(module, tensor);
                case FIRST -> product(module, tensor, partner(tensors, Kind.SECOND, tensor), false);
                case EMBEDDING_FIRST -> product(module, tensor, partner(tensors, Kind.EMBEDDING_SECOND, tensor), true);
                case SECOND -> partner(tensors, Kind.FIRST, tensor);
                case EMBEDDING_SECOND -> partner(tensors, Kind.EMBEDDING_FIRST, tensor);
            }
        });
    }

    private String partner(Map<Kind, String> tensors, Kind kind, String tensor) {
        String partner = tensors.get(kind);
        if (partner == null) {
            throw refused(
                    tensor, "the other factor of its module, *" + kind.ending + ", is not there; is the file whole?");
        }
        return partner;
    }

    /** A tensor of the adapter in place of the base's. */
    private void whole(String module, Kind kind, String tensor) {
        boolean bias = kind == Kind.BASE_BIAS || kind == Kind.WHOLE_BIAS;
        boolean below = kind == Kind.BASE_BIAS || kind == Kind.BASE_WEIGHT;
        String name = name(module, tensor, bias ? BIAS : WEIGHT);
        boolean copy = !below && config.saves(module);
        if (!copy && !isTable(name) && !(bias && config.savesBias(module))) {
            throw refused(
                    tensor,
                    "is left over: by adapter_config.json (modules_to_save, bias) the adapter has no such tensor");
        }
        requireShape(module, tensor, shape(name));
        change(name, change -> change.with(tensor));
        if (facts.tiedEmbeddings() && isTable(name)) {
            untied |= copy;
            if (!copy) {
                // PEFT loads it into the one tensor of both.
                change(
                        name.equals(head) ? embedding : head,
                        change -> change.whole().isPresent() ? change : change.with(tensor));
            }
        }
    }

    private void shift(String module, String tensor) {
        requireTargeted(module, tensor);
        String name = name(module, tensor, BIAS);
        requireShape(module, tensor, shape(name));
        change(name, change -> change.with(new Shift(tensor, config.scale(module))));
    }

    private void product(String module, String first, String second, boolean embedded) {
        String name = name(module, first, WEIGHT);
        requireTargeted(module, first);
        int rank = config.rank(module);
        requireRank(module, first, 0, rank);
        requireRank(module, second, 1, rank);
        long in = adapter.shape(first)[1];
        long out = adapter.shape(second)[0];
        long[] stored = shape(name);
        long[] straight = embedded ? new long[] {in, out} : new long[] {out, in};
        boolean turned = Arrays.equals(stored, new long[] {in, out});
        if (!turned && !Arrays.equals(stored, straight)) {
            throw misfit(module, "its factors make " + Arrays.toString(straight), stored);
        }
        boolean turn = embedded || (in == out ? facts.family().transposedFiles() : turned);
        change(name, change -> change.with(new Product(first, second, rank, config.scale(module), turn)));
        untied |= facts.tiedEmbeddings() && isTable(name);
    }

    private void change(String name, java.util.function.UnaryOperator<Change> with) {
        changes.computeIfPresent(name, (same, change) -> with.apply(change));
    }

    private boolean isTable(String name) {
        return name.equals(embedding) || name.equals(head);
    }

    private long[] shape(String name) {
        return base.shape(java.util.Objects.requireNonNull(changes.get(name)).origin());
    }

    /** The base's tensor of a module. */
    private String name(String module, String tensor, String ending) {
        String name = naming.inBase(module) + ending;
        if (changes.containsKey(name)) {
            return name;
        }
        boolean known = changes.containsKey(naming.inBase(module) + WEIGHT);
        throw Refusal.of(
                Path.of(adapter.location(tensor)),
                "module " + Printable.quoted(module) + ": the base has no such module" + (known ? " with a bias" : "")
                        + madeFor());
    }

    private void requireTargeted(String module, String tensor) {
        if (!config.targets(module)) {
            throw refused(
                    tensor,
                    "is left over: by adapter_config.json (target_modules, exclude_modules, layers_to_transform) its module has"
                            + " no factors");
        }
    }

    private void requireRank(String module, String tensor, int axis, int rank) {
        long[] shape = adapter.shape(tensor);
        if (shape.length != 2 || shape[axis] != rank) {
            throw refused(
                    tensor,
                    "its shape is " + Arrays.toString(shape)
                            + ", but by adapter_config.json (r, rank_pattern) the rank of " + Printable.quoted(module)
                            + " is " + rank);
        }
    }

    private void requireShape(String module, String tensor, long[] wanted) {
        long[] found = adapter.shape(tensor);
        if (!Arrays.equals(found, wanted)) {
            throw misfit(module, "its tensor is " + Arrays.toString(found), wanted);
        }
    }

    /** What the configuration speaks of has to be there: without it the model would be another without a word. */
    private void requireNothingMissing(String name, Change change) {
        boolean bias = name.endsWith(BIAS);
        if (!bias && !name.endsWith(WEIGHT)) {
            return;
        }
        String module = naming.inAdapter(name.substring(0, name.length() - (bias ? BIAS : WEIGHT).length()));
        boolean matrix = !bias && shape(name).length == 2;
        if (matrix && change.product().isEmpty() && config.targets(module)) {
            throw missing(module, "target_modules", "factors");
        }
        if (change.whole().isEmpty() && config.saves(module)) {
            throw missing(module, "modules_to_save", bias ? "bias" : "weight");
        }
    }

    private AuditException missing(String module, String field, String what) {
        return Refusal.of(
                Path.of(adapter.location("")),
                "module " + Printable.quoted(module) + ": adapter_config.json has it in " + field
                        + ", but the file has no " + what
                        + " of it; is the file whole, and is the adapter for this base?" + madeFor());
    }

    private AuditException misfit(String module, String found, long[] wanted) {
        return Refusal.of(
                Path.of(adapter.location("")),
                "module " + Printable.quoted(module) + ": " + found + ", but in the base it is "
                        + Arrays.toString(wanted) + madeFor());
    }

    private String madeFor() {
        return "; name the base that the adapter was trained on"
                + config.base()
                        .map(name -> " (it says " + Printable.quoted(name) + ")")
                        .orElse("");
    }

    private AuditException refused(String tensor, String reason) {
        return Refusal.of(Path.of(adapter.location(tensor)), tensor, reason);
    }
}
