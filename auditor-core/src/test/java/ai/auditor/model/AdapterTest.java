package ai.auditor.model;

import static ai.auditor.model.Closeness.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.tensor.Tensor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters that PEFT wrote, by the script adapters.py, and what a stranger could make of them. */
class AdapterTest {
    private static final Path ADAPTERS = Path.of("src/test/resources/adapters");
    private static final ReferenceModel.Options OPTIONS = new ReferenceModel.Options(1, true);
    private static final String QUERY = "base_model.model.model.layers.1.self_attn.q_proj.lora_";

    @TempDir
    private Path folder;

    private static JsonNode golden(String adapter) {
        try {
            return new ObjectMapper()
                    .readTree(ADAPTERS.resolve(adapter).resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path base(String adapter) {
        return Golden.directory(golden(adapter).get("base").asText());
    }

    private static float[] logits(ReferenceModel model, String adapter) {
        JsonNode ids = golden(adapter).get("ids");
        long[] tokens = IntStream.range(0, ids.size())
                .mapToLong(i -> ids.get(i).asLong())
                .toArray();
        Decoder decoder = model.decoder();
        try (ForwardPass pass = decoder.open(TokenBatch.causal(1, tokens.length, tokens))) {
            Tensor end = pass.run(pass.embeddings(), 0, model.facts().layers() - 1, java.util.List.of());
            long[] all = LongStream.range(0, tokens.length).toArray();
            return pass.logits(pass.normed(end, all, false)).toFloats();
        }
    }

    private static float[] golden(String adapter, String tensor) {
        try (WeightSource source =
                SafetensorsFile.open(ADAPTERS.resolve(adapter).resolve("golden.safetensors"))) {
            return ModelBytes.read(source, tensor);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "patterns",
                "regex",
                "saved",
                "embedding",
                "head",
                "tied",
                "shifts",
                "fused",
                "interleaved",
                "sandwich"
            })
    void logitsAndMergedWeightsAreThoseOfPeft(String adapter) {
        try (ReferenceModel model = ReferenceModel.open(base(adapter), ADAPTERS.resolve(adapter), OPTIONS);
                ReferenceModel plain = ReferenceModel.open(base(adapter), OPTIONS)) {
            assertClose(adapter, logits(model, adapter), golden(adapter, "logits"));
            assertThat(Closeness.largestDifference(logits(plain, adapter), golden(adapter, "logits")))
                    .as("what the adapter changes")
                    .isGreaterThan(0.05);
            try (WeightSource golden =
                    SafetensorsFile.open(ADAPTERS.resolve(adapter).resolve("golden.safetensors"))) {
                golden.names().stream()
                        .filter(name -> name.startsWith("merged."))
                        .forEach(name -> assertThat(Closeness.largestDifference(
                                        ModelBytes.read(
                                                model.decoder().source(),
                                                name.substring("merged.".length()) + ".weight"),
                                        ModelBytes.read(golden, name)))
                                .as(name)
                                .isLessThan(1e-6));
            }
        }
    }

    @Test
    void theModelTellsOfItsAdapterAndHasADigestOfItsOwn() {
        Path plain = ADAPTERS.resolve("plain");
        try (ReferenceModel alone = ReferenceModel.open(base("plain"), OPTIONS);
                ReferenceModel adapted = ReferenceModel.open(base("plain"), plain, OPTIONS);
                ReferenceModel other = ReferenceModel.open(base("plain"), ADAPTERS.resolve("regex"), OPTIONS)) {
            assertThat(adapted.digest())
                    .hasSize(64)
                    .isNotEqualTo(alone.digest())
                    .isNotEqualTo(other.digest());
            assertThat(adapted.description())
                    .containsEntry("adapter", "plain")
                    .containsEntry("digest", adapted.digest())
                    .containsEntry("name", "plain");
            assertThat(adapted.description().get("adapter_digest")).hasSize(64);
            assertThat(alone.description()).doesNotContainKey("adapter");
        }
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,true", "true,true"})
    void basesAndAdaptersWithoutTheFirstWordOfTheirNamesFindEachOther(boolean bareBase, boolean bareAdapter)
            throws IOException {
        Path base = copied(base("plain"), "base");
        Path adapter = copied(ADAPTERS.resolve("plain"), "adapter");
        if (bareBase) {
            renamed(base.resolve("model.safetensors"), name -> name.replaceFirst("^model\\.", ""));
        }
        if (bareAdapter) {
            renamed(
                    adapter.resolve("adapter_model.safetensors"),
                    name -> name.replaceFirst("^base_model\\.model\\.model\\.", "base_model.model."));
        }
        try (ReferenceModel model = ReferenceModel.open(base, adapter, OPTIONS)) {
            assertClose("bare", logits(model, "plain"), golden("plain", "logits"));
        }
    }

    @Test
    void anAdapterForAnotherBaseIsRefusedByTheFirstModuleThatDoesNotFit() throws IOException {
        refuses(
                base("head"),
                ADAPTERS.resolve("plain"),
                "module \"model.layers.0.self_attn.q_proj\"",
                "its factors make [32, 32], but in the base it is [48, 32]",
                "it says \"tiny/plain\"");
        Path other = copied(ADAPTERS.resolve("plain"), "other");
        renamed(other.resolve("adapter_model.safetensors"), name -> name.replace("model.layers.", "transformer.h."));
        refuses(base("plain"), other, "module \"", "h.0.mlp.down_proj\": the base has no such module", "tiny/plain");
        refuses(
                Golden.directory("sharded"),
                ADAPTERS.resolve("saved"),
                "module \"model.layers.0.self_attn.v_proj\"",
                "its factors make [16, 32], but in the base it is [32, 32]");
        refuses(base("plain"), ADAPTERS.resolve("shifts"), "the base has no such module with a bias");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "peft_type~\"PROMPT_TUNING\"~\"PROMPT_TUNING\" are not read",
                "use_dora~true~DoRA",
                "use_qalora~true~QA-LoRA",
                "layer_replication~[[0, 2], [1, 3]]~\"layer_replication\" is set",
                "trainable_token_indices~[1]~\"trainable_token_indices\" is set",
                "target_parameters~[\"a\"]~\"target_parameters\" is set",
                "alora_invocation_tokens~[7]~\"alora_invocation_tokens\" is set",
                "init_lora_weights~\"pissa\"~\"pissa\" changes the base's own weights",
                "init_lora_weights~\"pissa_niter_4\"~\"pissa_niter_4\" changes the base's own weights",
                "init_lora_weights~\"olora\"~\"olora\" changes the base's own weights",
                "init_lora_weights~\"corda\"~\"corda\" changes the base's own weights",
                "init_lora_weights~\"loftq\"~\"loftq\" changes the base's own weights",
                "r~1000000000~r \"1000000000\" is not a rank",
                "r~0~r \"0\" is not a rank",
                "r~\"8\"~is not a rank",
                "r~5~by adapter_config.json (r, rank_pattern) the rank of",
                "rank_pattern~{\"v_proj\": 3}~the rank of \"model.layers.0.self_attn.v_proj\" is 3",
                "rank_pattern~[]~rank_pattern is not an object",
                "lora_alpha~1e300~lora_alpha \"1.0E300\" is not a number",
                "lora_alpha~\"NaN\"~is not a number",
                "use_rslora~\"yes\"~use_rslora is not true or false",
                "bias~\"some\"~bias \"some\" is not known",
                "target_modules~null~target_modules is not there",
                "target_modules~[1]~target_modules is not a list of names",
                "target_modules~[\"q_proj\", \"v_proj\"]~left over: by adapter_config.json (target_modules",
                "target_modules~[\"q_proj\", \"v_proj\", \"down_proj\", \"o_proj\"]~the file has no factors of it",
                "target_modules~\"all-linear\"~the file has no factors of it",
                "target_modules~\".*\\\\.(q_proj|v_proj\"~is not a regular expression that is read here",
                "target_modules~\"\\\\p{L}+\"~is not a regular expression that is read here",
                "target_modules~\"[a-z&&[^b]].*\"~is not a regular expression that is read here",
                "target_modules~\"a)|(.*\"~is not a regular expression that is read here",
                "target_modules~\"((.*)*)*((.*)*)*((.*)*)*q\"~takes more steps to match",
                "exclude_modules~[\"v_proj\"]~left over: by adapter_config.json (target_modules",
                "layers_to_transform~[0, 1]~left over: by adapter_config.json (target_modules",
                "layers_to_transform~[-1]~layers_to_transform is not a list of layers",
                "layers_pattern~\"a.b\"~is not one word",
                "modules_to_save~[\"lm_head\"]~has it in modules_to_save, but the file has no weight of it",
                "base_model_name_or_path~{}~",
            })
    void aConfigurationThatDoesNotFitOrMakesOtherWeightsIsRefusedByName(String field, String value, String reason)
            throws IOException {
        Path adapter = copied(ADAPTERS.resolve("plain"), "adapter");
        JsonNode changed = new ObjectMapper().readTree(value);
        configured(adapter, config -> config.set(field, changed));
        if (reason == null) {
            ReferenceModel.open(base("plain"), adapter, OPTIONS).close();
        } else {
            refuses(base("plain"), adapter, reason);
        }
    }

    @Test
    void aSetOfManyPatternsThatAreSlowTogetherIsRefused() throws IOException {
        Path adapter = copied(ADAPTERS.resolve("plain"), "adapter");
        configured(adapter, config -> {
            ObjectNode patterns = config.putObject("alpha_pattern");
            for (int i = 0; i < 60_000; i++) {
                patterns.put("(.*.*.*)*" + i, 3);
            }
        });
        refuses(base("plain"), adapter, "takes more steps to match");
        configured(adapter, config -> config.put("target_modules", "(".repeat(2000) + "a" + ")".repeat(2000)));
        refuses(base("plain"), adapter, "is not a regular expression that is read here");
    }

    @Test
    void tensorsThatAreBrokenMissingOrTooManyAreRefusedByName() throws IOException {
        Path plain = ADAPTERS.resolve("plain");
        refuses(
                base("plain"),
                changed(plain, tensors -> tensors.remove(QUERY + "B.weight")),
                QUERY + "A.weight",
                "*.lora_B.weight");
        refuses(
                base("plain"),
                changed(plain, tensors -> tensors.remove(QUERY + "A.weight")),
                QUERY + "B.weight",
                "*.lora_A.weight");
        refuses(
                base("plain"),
                changed(plain, tensors -> {
                    tensors.remove(QUERY + "A.weight");
                    tensors.remove(QUERY + "B.weight");
                }),
                "module \"model.layers.1.self_attn.q_proj\"",
                "has no factors of it");
        refuses(
                base("plain"),
                changed(plain, tensors -> values(tensors, QUERY + "A.weight")[5] = Float.NaN),
                QUERY + "A.weight",
                "holds a number that is not finite");
        refuses(
                base("plain"),
                changed(plain, tensors -> {
                    values(tensors, QUERY + "A.weight")[0] = 3e38f;
                    values(tensors, QUERY + "B.weight")[0] = 3e38f;
                }),
                "\"model.layers.1.self_attn.q_proj.weight\"",
                "with the adapter in it holds a number that is not finite");
        for (String extra : new String[] {
            "base_model.model.lm_head.weight.more",
            "lm_head.weight",
            "base_model.model.model.layers.1.mlp.up_proj.weight",
            "base_model.model.model.norm.weight",
            "base_model.model.model.layers.1.self_attn.q_proj.lora_C.default.weight"
        }) {
            refuses(base("plain"), changed(plain, tensors -> tensors.put(extra, tensor(32))), "\"" + extra + "\"");
        }
        refuses(
                base("plain"),
                changed(
                        plain,
                        tensors -> tensors.put(
                                "base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector", tensor(32))),
                "DoRA");
        refuses(base("plain"), changed(plain, Map::clear), "has no factors of it");
    }

    @Test
    void picklesAreRefusedSayingWhyAndAnAdapterIsToldFromAModel() throws IOException {
        Path adapter = copied(ADAPTERS.resolve("plain"), "adapter");
        Files.move(adapter.resolve("adapter_model.safetensors"), adapter.resolve("adapter_model.bin"));
        refuses(base("plain"), adapter, "pickle", "can run code", "adapter_model.safetensors");
        Files.delete(adapter.resolve("adapter_model.bin"));
        refuses(base("plain"), adapter, "adapter_model.safetensors is missing");
        Files.delete(adapter.resolve("adapter_config.json"));
        refuses(base("plain"), adapter, "adapter_config.json is missing");
        assertThat(Adapter.isIn(ADAPTERS.resolve("plain"))).isTrue();
        assertThat(Adapter.isIn(base("plain"))).isFalse();
    }

    private static void refuses(Path base, Path adapter, String... reasons) {
        assertThatThrownBy(() -> ReferenceModel.open(base, adapter, OPTIONS).close())
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .satisfies(e -> assertThat(e.getMessage()).contains(reasons));
    }

    private record Values(float[] values, long[] shape) {}

    private static Values tensor(int length) {
        return new Values(new float[length], new long[] {length});
    }

    private static float[] values(Map<String, Values> tensors, String name) {
        return java.util.Objects.requireNonNull(tensors.get(name)).values();
    }

    private Path changed(Path adapter, Consumer<Map<String, Values>> change) throws IOException {
        Path copy = copied(adapter, "changed");
        rewritten(copy.resolve("adapter_model.safetensors"), change);
        return copy;
    }

    private static void rewritten(Path file, Consumer<Map<String, Values>> change) {
        Map<String, Values> tensors = new TreeMap<>();
        try (WeightSource source = SafetensorsFile.open(file)) {
            source.names()
                    .forEach(name -> tensors.put(name, new Values(ModelBytes.read(source, name), source.shape(name))));
        }
        change.accept(tensors);
        MemoryWeights weights = new MemoryWeights();
        tensors.forEach((name, tensor) -> weights.put(name, tensor.values(), tensor.shape()));
        SafetensorsFile.write(file, weights, Map.of());
    }

    private static void renamed(Path file, UnaryOperator<String> name) {
        rewritten(file, tensors -> {
            Map<String, Values> old = new TreeMap<>(tensors);
            tensors.clear();
            old.forEach((key, tensor) -> tensors.put(name.apply(key), tensor));
        });
    }

    private static void configured(Path adapter, Consumer<ObjectNode> change) throws IOException {
        Path file = adapter.resolve("adapter_config.json");
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(file.toFile());
        change.accept(config);
        Files.writeString(file, config.toString());
    }

    private Path copied(Path directory, String name) throws IOException {
        Path copy = Files.createDirectories(folder.resolve(name));
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.write(copy.resolve(file.getFileName()), Files.readAllBytes(file));
            }
        }
        return copy;
    }
}
