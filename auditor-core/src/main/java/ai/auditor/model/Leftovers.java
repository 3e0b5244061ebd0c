package ai.auditor.model;

import ai.auditor.Printable;
import ai.auditor.model.internal.Refusal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors of a source that a decoder would not read: by a wrong config.json it would be another model without a word. */
final class Leftovers {
    /** Old versions of transformers saved these buffers: frequencies, which rope_theta says, and causal masks. */
    private static final Pattern BUFFER =
            Pattern.compile(".*\\b(?:rotary_emb\\.inv_freq|attention\\.(?:masked_)?bias|attn\\.(?:masked_)?bias)");

    /** What models that see pictures have beside their language model. */
    private static final Pattern VISION = Pattern.compile("(?:model\\.)?(?:vision_tower|multi_modal_projector)\\..+");

    private static final Pattern BLOCK = Pattern.compile("(\\d{1,9})\\.(.+)");
    private static final Pattern ATTENTION_BIAS = Pattern.compile("self_attn\\.[qkvo]_proj\\.bias");
    private static final Pattern MLP_BIAS = Pattern.compile("mlp\\.(?:gate|up|down)_proj\\.bias");

    private Leftovers() {}

    /** Refuses a source with tensors that the map leaves out, naming them and the fields of config.json that do. */
    static void require(WeightMap map, WeightSource source) {
        SortedSet<String> unused = new TreeSet<>(source.names());
        map.tensors().forEach(tensor -> unused.remove(tensor.name()));
        unused.removeIf(name -> harmless(name, map));
        if (unused.isEmpty()) {
            return;
        }
        SortedSet<String> fields = new TreeSet<>();
        unused.forEach(name -> fields.addAll(fields(name, map)));
        String reason = fields.isEmpty()
                ? "no field of config.json tells what they are for; use a model of a known family"
                : "by config.json they are left out: correct its " + String.join(" and ", fields);
        throw Refusal.of(
                Path.of(source.location(unused.first())),
                "has " + unused.size() + " tensors that the model would not use: " + Printable.quotedAll(unused) + "; "
                        + reason);
    }

    private static boolean harmless(String name, WeightMap map) {
        ModelFacts facts = map.facts();
        // Some files repeat the embedding matrix as output head; transformers, too, ignores it where they are tied.
        boolean copy = facts.tiedEmbeddings() && facts.family().names().heads().contains(name);
        boolean vision = facts.family() == Family.GEMMA3 && VISION.matcher(name).matches();
        return copy || vision || BUFFER.matcher(name).matches();
    }

    private static List<String> fields(String name, WeightMap map) {
        ModelFacts facts = map.facts();
        List<String> fields = new ArrayList<>();
        String blocks = map.prefix() + facts.family().names().blocks();
        Matcher block = BLOCK.matcher(name.startsWith(blocks) ? name.substring(blocks.length()) : "");
        if (!block.matches()) {
            return fields;
        }
        if (Integer.parseInt(block.group(1)) >= facts.layers()) {
            fields.add("num_hidden_layers (" + facts.layers() + ")");
        }
        if (!facts.biases().attentionOutput()
                && ATTENTION_BIAS.matcher(block.group(2)).matches()) {
            fields.add("attention_bias (false)");
        }
        if (!facts.biases().mlp() && MLP_BIAS.matcher(block.group(2)).matches()) {
            fields.add("mlp_bias (false)");
        }
        return fields;
    }
}
