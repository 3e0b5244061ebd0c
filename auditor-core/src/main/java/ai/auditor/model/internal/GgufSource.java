package ai.auditor.model.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Rope;
import ai.auditor.model.WeightSource;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;

/**
 * Weights in the GGUF format, architecture {@code llama}, given out as Hugging Face has them: its names, and query and key rows in the order
 * of half-split rotation ({@code LlamaModel.permute} of llama.cpp's {@code convert_hf_to_gguf.py} undone).
 */
public final class GgufSource implements WeightSource {
    private static final String ARCHITECTURE = "llama";
    /** It holds the factors of llama3 rope, which config.json has too. */
    private static final String ROPE_FACTORS = "rope_freqs.weight";

    private final MappedFile file;
    private final GgufMetadata metadata;
    private final NavigableMap<String, GgufHeader.Entry> tensors;
    private final long heads;
    private final long keyValueHeads;
    private final boolean ropeFactors;

    private GgufSource(MappedFile file) {
        this.file = file;
        GgufHeader header = GgufHeader.read(file);
        metadata = header.metadata();
        requireReadable();
        heads = metadata.integer("llama.attention.head_count")
                .orElseThrow(() -> Refusal.of(file.path(), "metadata \"llama.attention.head_count\": is not there"));
        keyValueHeads = metadata.integer("llama.attention.head_count_kv").orElse(heads);
        if (heads < 1 || keyValueHeads < 1) {
            throw Refusal.of(file.path(), "its head counts " + heads + " and " + keyValueHeads + " are not positive");
        }
        ropeFactors = header.tensors().stream().anyMatch(entry -> entry.name().equals(ROPE_FACTORS));
        tensors = named(header.tensors());
    }

    /**
     * Opens a file.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and tensor, where it is not sound or not supported
     */
    public static GgufSource open(Path path) {
        MappedFile file = MappedFile.open(path);
        boolean opened = false;
        try {
            GgufSource source = new GgufSource(file);
            opened = true;
            return source;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private void requireReadable() {
        String architecture = metadata.text("general.architecture").orElse("");
        if (!architecture.equals(ARCHITECTURE)) {
            throw Refusal.of(
                    file.path(),
                    "GGUF architecture " + Printable.quoted(architecture) + " is not known; known: " + ARCHITECTURE);
        }
        if (metadata.integer("split.count").orElse(1) > 1) {
            throw Refusal.of(file.path(), "is one part of a split GGUF; join the parts with llama-gguf-split --merge");
        }
        String scaling = metadata.text("llama.rope.scaling.type").orElse("none");
        if (!scaling.equals("none")) {
            throw Refusal.of(
                    file.path(), "rope kind " + Printable.quoted(scaling) + " is not known; known: none (default)");
        }
    }

    private NavigableMap<String, GgufHeader.Entry> named(List<GgufHeader.Entry> entries) {
        NavigableMap<String, GgufHeader.Entry> result = new TreeMap<>();
        for (GgufHeader.Entry entry : entries) {
            if (entry.name().equals(ROPE_FACTORS)) {
                continue;
            }
            String name = GgufNames.huggingFace(entry.name());
            if (result.put(name, entry) != null) {
                throw Refusal.of(file.path(), entry.name(), "occurs twice");
            }
            requireWholeHeads(name, entry);
        }
        return result;
    }

    private void requireWholeHeads(String name, GgufHeader.Entry entry) {
        long count = permutedHeads(name);
        if (count == 0) {
            return;
        }
        boolean whole = count > 0 && count <= entry.shape()[0] / 2 && entry.shape()[0] % (2 * count) == 0;
        // Rows are moved singly, so a bias must not be stored in blocks.
        if (!whole || (entry.shape().length == 1 && entry.type().blockFloats() > 1)) {
            throw Refusal.of(
                    file.path(), entry.name(), "its rows are not those of " + count + " heads of an even dimension");
        }
    }

    /** How many heads the rows of a tensor were permuted within; 0 for none. */
    private long permutedHeads(String name) {
        if (GgufNames.isQuery(name)) {
            return heads;
        }
        return GgufNames.isKey(name) ? keyValueHeads : 0;
    }

    /**
     * Holds the file's own numbers against config.json.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming both values, where they contradict each other
     */
    public void requireAgreement(ModelFacts facts) {
        boolean llama3 = facts.attention().rope().scaling() instanceof Rope.Llama3;
        if (ropeFactors != llama3) {
            throw Refusal.of(
                    file.path(),
                    (ropeFactors ? "has" : "does not have") + " the factors of rope kind \"llama3\" (" + ROPE_FACTORS
                            + "), but config.json " + (llama3 ? "says that kind" : "says another kind"));
        }
        requireSame("llama.block_count", "num_hidden_layers", facts.layers());
        requireSame("llama.embedding_length", "hidden_size", facts.hiddenSize());
        requireSame("llama.feed_forward_length", "intermediate_size", facts.intermediateSize());
        requireSame("llama.attention.head_count", "num_attention_heads", facts.heads());
        requireSame("llama.attention.head_count_kv", "num_key_value_heads", facts.keyValueHeads());
        requireSame("llama.attention.key_length", "head_dim", facts.headDimension());
        requireSame("llama.rope.dimension_count", "head_dim", facts.headDimension());
        requireSame("llama.vocab_size", "vocab_size", facts.vocabularySize());
        requireSame(
                "llama.rope.freq_base", "rope_theta", facts.attention().rope().theta());
        requireSame("llama.attention.layer_norm_rms_epsilon", "rms_norm_eps", facts.normEpsilon());
    }

    private void requireSame(String key, String configured, int expected) {
        long found = metadata.integer(key).orElse(expected);
        if (found != expected) {
            throw contradiction(key, Long.toString(found), configured, Integer.toString(expected));
        }
    }

    private void requireSame(String key, String configured, double expected) {
        double found = metadata.number(key).orElse(expected);
        // GGUF stores 32-bit floats; config.json has the decimal number.
        if ((float) found != (float) expected) {
            throw contradiction(key, Double.toString(found), configured, Double.toString(expected));
        }
    }

    private AuditException contradiction(String key, String found, String configured, String expected) {
        return Refusal.of(
                file.path(),
                "metadata " + Printable.quoted(key) + " is " + found + ", but config.json says " + configured + " "
                        + expected);
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return entry(name).shape().clone();
    }

    @Override
    public String location(String name) {
        return file.path().toString();
    }

    @Override
    public void read(String name, FloatBuffer target) {
        GgufHeader.Entry entry = entry(name);
        GgmlType type = entry.type();
        int count = Shapes.count(entry.shape(), file.path(), name, target);
        if (count == 0) {
            return;
        }
        long permuted = permutedHeads(name);
        if (permuted == 0) {
            int blocks = count / type.blockFloats();
            file.read(entry.begin(), new Units(blocks, type.blockBytes(), type.blockFloats(), type.decoding()), target);
        } else {
            int rows = (int) entry.shape()[0];
            int rowBytes = Math.toIntExact(entry.bytes() / rows);
            Units units = new Units(rows, rowBytes, count / rows, type.decoding());
            file.read(entry.begin(), units, halfSplit(rows / (int) permuted), target);
        }
    }

    /** Within a head, row 2r + c of the file is row c * half + r of Hugging Face. */
    private static IntUnaryOperator halfSplit(int headDimension) {
        int half = headDimension / 2;
        return row -> {
            int inHead = row % headDimension;
            return row - inHead + inHead % 2 * half + inHead / 2;
        };
    }

    private GgufHeader.Entry entry(String name) {
        GgufHeader.Entry entry = tensors.get(name);
        if (entry == null) {
            throw Refusal.of(file.path(), name, "there is no such tensor");
        }
        return entry;
    }

    @Override
    public void close() {
        file.close();
    }
}
