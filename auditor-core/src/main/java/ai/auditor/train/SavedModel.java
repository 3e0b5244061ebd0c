package ai.auditor.train;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** Model directories that transformers and PEFT load; each is made beside its place and renamed into it. */
final class SavedModel {
    private static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final String CONFIG = "config.json";

    /** What of a base stands in a model trained from it. */
    private static final List<String> COPIED = List.of(
            CONFIG,
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            "chat_template.json");

    private SavedModel() {}

    @FunctionalInterface
    private interface Content {
        void writeInto(Path directory) throws IOException;
    }

    static void write(Path directory, ReferenceModel base, WeightSource weights) {
        whole(directory, unfinished -> {
            for (String name : COPIED) {
                Path file = base.directory().resolve(name);
                if (Files.isRegularFile(file)) {
                    Files.copy(file, unfinished.resolve(name));
                }
            }
            // An adapter may have parted what the base's configuration ties.
            if (ModelFacts.read(unfinished).tiedEmbeddings() && !base.facts().tiedEmbeddings()) {
                Path file = unfinished.resolve(CONFIG);
                ObjectNode config = (ObjectNode) new ObjectMapper().readTree(file.toFile());
                Files.writeString(file, config.put("tie_word_embeddings", false).toPrettyString() + "\n");
            }
            SafetensorsFile.write(unfinished.resolve("model.safetensors"), weights, METADATA);
        });
    }

    /**
     * A PEFT directory.
     *
     * @param transposed whether the base's files hold its projections {@code [in, out]}
     */
    static void writeAdapter(
            Path directory, Trainable.Lora lora, String baseName, boolean transposed, WeightSource factors) {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", baseName);
        config.put("r", lora.rank());
        if (lora.alpha() == Math.rint(lora.alpha())) {
            config.put("lora_alpha", (long) lora.alpha());
        } else {
            config.put("lora_alpha", lora.alpha());
        }
        config.put("lora_dropout", lora.dropout());
        config.put("use_rslora", lora.rankStabilised());
        config.put("bias", "none");
        config.put("fan_in_fan_out", transposed);
        config.put("inference_mode", true);
        ArrayNode targets = config.putArray("target_modules");
        factors.names().stream()
                .filter(name -> name.endsWith(".lora_A.weight"))
                .map(name -> name.replaceAll(".*\\.([^.]+)\\.lora_A\\.weight", "$1"))
                .distinct()
                .sorted()
                .forEach(targets::add);
        whole(directory, unfinished -> {
            AtomicFile.write(unfinished.resolve("adapter_config.json"), config.toPrettyString() + "\n");
            SafetensorsFile.write(unfinished.resolve("adapter_model.safetensors"), factors, METADATA);
        });
    }

    private static void whole(Path directory, Content content) {
        if (Files.exists(directory)) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    Printable.line(directory.toString()) + " exists already; name a new directory for the model");
        }
        Path place = directory.toAbsolutePath();
        Path unfinished = place.resolveSibling("." + UUID.randomUUID() + ".part");
        try {
            try {
                Files.createDirectories(unfinished);
                content.writeInto(unfinished);
                Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(unfinished);
            }
        } catch (IOException failure) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "cannot write the model " + Printable.line(directory.toString()) + ": " + Reason.of(failure),
                    failure);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }
}
