package ai.auditor.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.NpzFile;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.TorchFile;
import ai.auditor.model.WeightSource;
import ai.auditor.model.internal.ModelBytes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of autoencoders that are cut, changed, or say what cannot be: each ends with a reason, and never with anything else. */
class HostileSaeTest {
    private static final int MUTATIONS = 20;
    private static final int CUTS = 12;
    /** One archive of each kind is cut at every byte, the others at some. */
    private static final int STEP = 17;

    private static final List<String> CUT_EVERYWHERE = List.of("gemma-scope-mixed", "dictionary-AutoEncoder");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    static List<SaeCase> cases() {
        return SaeCase.all();
    }

    static Stream<SaeCase> archives() {
        return cases().stream()
                .filter(one -> Files.exists(one.path().resolve("ae.pt"))
                        || Files.exists(one.path().resolve("params.npz")));
    }

    @ParameterizedTest
    @MethodSource("archives")
    void anArchiveThatIsCutAnywhereIsRefused(SaeCase golden) throws IOException {
        boolean torch = Files.exists(golden.path().resolve("ae.pt"));
        Path file = golden.copied(directory).resolve(torch ? "ae.pt" : "params.npz");
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            for (long length = cut.length() - 1;
                    length >= 0;
                    length -= CUT_EVERYWHERE.contains(golden.text("name")) ? 1 : STEP) {
                cut.setLength(length);
                try (WeightSource source = torch ? TorchFile.open(file) : NpzFile.open(file)) {
                    throw new AssertionError("cut to " + length + " bytes, it holds " + source.names());
                } catch (AuditException refused) {
                    assertThat(refused.code()).isEqualTo(AuditException.Code.MODEL);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void filesThatAreCutAreRefused(SaeCase golden) throws IOException {
        Path copy = golden.copied(directory);
        for (Path file : files(copy)) {
            byte[] content = Files.readAllBytes(file);
            for (int seed = 0; seed < CUTS; seed++) {
                int length = new Random(seed).nextInt(content.length);
                try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                    cut.setLength(length);
                }
                assertThatThrownBy(() -> SaeFiles.open(copy))
                        .as("%s, seed %d: cut to %d bytes", file.getFileName(), seed, length)
                        .isInstanceOfSatisfying(
                                AuditException.class,
                                refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.MODEL));
                Files.write(file, content);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void changedBytesAreReadOrRefusedAndNothingWorse(SaeCase golden) throws IOException {
        Path copy = golden.copied(directory);
        for (Path file : files(copy)) {
            byte[] content = Files.readAllBytes(file);
            for (int seed = 0; seed < MUTATIONS; seed++) {
                Files.write(file, changed(content, new Random(seed)));
                requireReadOrRefused(copy, file.getFileName() + ", seed " + seed);
            }
            Files.write(file, content);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma-scope-mlp",
                "gemma-scope-mixed",
                "dictionary-AutoEncoder",
                "dictionary-MatryoshkaBatchTopKSAE"
            })
    void manyChangedBytesOfArchivesAreReadOrRefused(String name) throws IOException {
        Path copy = SaeCase.named(name).copied(directory);
        Path file = copy.resolve(Files.exists(copy.resolve("ae.pt")) ? "ae.pt" : "params.npz");
        byte[] content = Files.readAllBytes(file);
        for (int seed = MUTATIONS; seed < 40 * MUTATIONS; seed++) {
            Files.write(file, changed(content, new Random(seed)));
            requireReadOrRefused(copy, "seed " + seed);
        }
    }

    private static void requireReadOrRefused(Path path, String what) {
        try {
            SaeFiles.open(path);
        } catch (AuditException refused) {
            assertThat(refused.code()).as(what).isEqualTo(AuditException.Code.MODEL);
        } catch (RuntimeException | OutOfMemoryError worse) {
            throw new AssertionError(what, worse);
        }
    }

    /** Half of the changes lie where headers, pickles and directories are. */
    private static byte[] changed(byte[] content, Random random) {
        byte[] changed = content.clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int region = random.nextInt(4);
            int length = region > 1 ? content.length : Math.min(content.length, 900);
            int at = (region == 1 ? content.length - length : 0) + random.nextInt(length);
            changed[at] = random.nextBoolean() ? (byte) random.nextInt() : (byte) (random.nextBoolean() ? 0xff : 0x7f);
        }
        return changed;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "saelens-standard | d_in | '16' | \"d_in\" is \"16\", where a whole number from 0 on belongs",
                "saelens-standard | d_in | 16.5 | \"d_in\" is 16.5, where a whole number",
                "saelens-standard | d_in | 0 | \"d_in\" is 0, where a whole number from 1 on belongs",
                "saelens-standard | d_sae | -1 | \"d_sae\" is -1, where a whole number",
                "saelens-standard | d_sae | null | \"d_sae\" is missing",
                "saelens-jumprelu | d_sae | 49 | tensor \"b_enc\": has the shape [48], where [49] belongs",
                "saelens-standard | d_sae | 2147483647 | tensor \"sparsity\": has the shape [48]",
                "saelens-standard | d_in | 17 | tensor \"b_dec\": has the shape [16], where [17] belongs",
                "saelens-standard | architecture | 7 | \"architecture\" is 7, where a text belongs",
                "saelens-standard | architecture | 'transcoder' | what it reconstructs is not what it reads",
                "saelens-standard | architecture | 'temporal' | depend on the tokens before",
                "saelens-standard | architecture | 'abstopk' | \"architecture\" is \"abstopk\"; read are standard",
                "saelens-standard | architecture | 'jumprelu' | tensor \"threshold\": there is no such tensor",
                "saelens-jumprelu | architecture | 'standard' | tensor \"threshold\": is none that this architecture has",
                "saelens-standard | normalize_activations | 'covariance_whitening' | this one is not finished",
                "saelens-standard | normalize_activations | 'z' | \"normalize_activations\" is \"z\"; read are none",
                "saelens-standard | reshape_activations | 'hook_z' | before they are mixed (z), which is no point of ours",
                "saelens-standard | apply_b_dec_to_input | 'yes' | is \"yes\", where true or false belongs",
                "saelens-standard | metadata | [] | \"metadata\" is [], where an object belongs",
                "saelens-standard | metadata | {'hook_name':'blocks.0.attn.hook_z'} | \"blocks.0.attn.hook_z\": it reads the heads",
                "saelens-standard | metadata | {'hook_name':'blocks.0.hook_mlp_in'} | \"blocks.0.hook_mlp_in\", which is no point that can be read",
                "saelens-standard | metadata | {'hook_name':'blocks.0.hook_resid_post','auditor_point':'resid_post.1'} | is \"resid_post.1\", where the hook's name says resid_post.0",
                "saelens-standard | metadata | {'hook_name':7} | \"metadata.hook_name\" is 7, where a text belongs",
                "saelens-standard | metadata | {'hook_head_index':0} | names one head",
                "saelens-standard | d_out | 32 | \"d_out\" is another than d_in",
                "saelens-topk | k | 0 | \"k\" is 0, but of 48 features 1 to 48 can stay",
                "saelens-topk | k | 49 | \"k\" is 49, but of 48 features",
                "saelens-topk | k | 'many' | \"k\" is \"many\", where a whole number",
                "saelens-topk | k | null | \"k\" is missing",
                "saelens-flat-topk | activation_fn_kwargs | {'k':99} | \"activation_fn_kwargs.k\" is 99",
                "saelens-flat | activation_fn_str | 'tanh-relu' | \"activation_fn_str\" is \"tanh-relu\"; read are relu and topk",
                "gemma-scope-2-res | architecture | 'relu' | \"architecture\" is \"relu\"; of this format jump_relu",
                "gemma-scope-2-res | affine_connection | true | so it is no autoencoder",
                "gemma-scope-2-res | hf_hook_point_out | 'x' | is another than hf_hook_point_in",
                "llama-scope | act_fn | 'topk' | \"act_fn\" is \"topk\"; of this format jumprelu is read",
                "llama-scope | hook_point_out | 'blocks.7.hook_mlp_out' | is another than hook_point_in",
                "llama-scope | dataset_average_activation_norm | {'in':0} | is 0.0, which is no length",
                "llama-scope | dataset_average_activation_norm | {'in':'1'} | where a finite number belongs",
                "llama-scope | dataset_average_activation_norm | {'in':1e-42} | no longer finite when its scale is folded in",
                "llama-scope | d_sae | 2147483647 | has the shape [48], where [2147483647] belongs",
                "llama-scope | jump_relu_threshold | 1e300 | where a finite number belongs",
                "llama-scope | use_glu_encoder | true | \"use_glu_encoder\" is true, which is not read",
                "llama-scope-r1 | hook_point_in | 'blocks.8.hook_resid_post' | is another than hook_point_in",
                "llama-scope-r1 | expansion_factor | 3.01 | \"expansion_factor\" gives",
                "llama-scope-r1 | sae_type | 'lorsa' | \"sae_type\" is \"lorsa\"",
                "sparsify-layer | activation | 'groupmax' | the largest of each of k groups",
                "sparsify-layer | transcode | true | what it reconstructs is not what it reads",
                "sparsify-layer | skip_connection | true | so it is no autoencoder",
                "sparsify-layer | signed | true | features below zero are not read",
                "sparsify-layer | k | 1000 | \"k\" is 1000, but of 48 features",
                "sparsify-mlp | expansion_factor | 2147483647 | gives 34359738352 features",
                "dictionary-AutoEncoder | trainer | {'dict_class':'CrossCoder','activation_dim':16,'dict_size':48,'layer':0} | \"trainer.dict_class\" is \"CrossCoder\"; read are AutoEncoder",
                "dictionary-AutoEncoder | trainer | {'dict_class':'AutoEncoder','activation_dim':16,'dict_size':48,'layer':'0'} | \"trainer.layer\" is \"0\", where a whole number",
                "dictionary-AutoEncoder | trainer | {'dict_class':'AutoEncoder','activation_dim':16,'dict_size':48,'layer':1,'submodule_name':'resid_post_layer_2'} | but \"layer\" is 1",
                "dictionary-AutoEncoder | trainer | {'dict_class':'AutoEncoder','activation_dim':48,'dict_size':16,'layer':1} | tensor \"encoder.bias\": has the shape [48], where [16] belongs",
                "dictionary-BatchTopKSAE | trainer | {'dict_class':'BatchTopKSAE','activation_dim':16,'dict_size':2147483647,'layer':1} | where [2147483647] belongs",
                "dictionary-AutoEncoderTopK | trainer | {'dict_class':'AutoEncoderTopK','activation_dim':16,'dict_size':48,'layer':1,'k':6} | \"trainer.k\" is 6, but ae.pt says 5",
            })
    void configurationsThatCannotBeAreRefusedByTheirKey(String name, String key, String value, String reason)
            throws IOException {
        Path copy = SaeCase.named(name).copied(directory);
        Path config = Stream.of("cfg.json", "config.json", "hyperparams.json")
                .map(copy::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        ObjectNode object = (ObjectNode) JSON.readTree(config.toFile());
        JsonNode changed = JSON.readTree(value.replace('\'', '"'));
        object.set(key, changed);
        Files.writeString(config, object.toString());
        refuses(copy, reason);
    }

    @Test
    void jsonThatIsDeepDoubledOrCutIsRefused() throws IOException {
        Path copy = SaeCase.named("saelens-standard").copied(directory);
        Path config = copy.resolve("cfg.json");
        Files.writeString(config, "{\"metadata\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
        refuses(copy, "its JSON is not valid");
        Files.writeString(config, "{\"d_in\":16,\"d_in\":16}");
        refuses(copy, "Duplicate");
        Files.writeString(config, "[]");
        refuses(copy, "is not a JSON object");
        Files.writeString(config, "{\"a\":\"" + " ".repeat(5 << 20) + "\"}");
        refuses(copy, "longer than the limit of 4194304");
    }

    @ParameterizedTest
    @CsvSource({
        "saelens-standard, W_enc",
        "saelens-standard, b_dec",
        "saelens-gated, r_mag",
        "saelens-jumprelu, threshold",
        "llama-scope-r1, decoder.weight",
        "sparsify-layer, W_dec",
        "gemma-scope-2-res, w_dec"
    })
    void numbersThatAreNoneAreRefused(String name, String tensor) {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Path copy = SaeCase.named(name).copied(directory.resolve(String.valueOf(value)));
            rewrite(weights(copy), Map.of(), tensor, value);
            refuses(copy, "tensor \"" + tensor + "\": is " + value + " at number 3");
        }
    }

    @Test
    void tensorsOfOtherShapesOrNamesAreRefused() {
        Path copy = SaeCase.named("saelens-standard").copied(directory);
        rewrite(weights(copy), Map.of("W_dec", new long[] {16, 48}), "", 0);
        refuses(copy, "tensor \"W_dec\": has the shape [16, 48], where [48, 16] belongs");
        rewrite(weights(copy), Map.of("W_dec", new long[] {48, 16}, "more", new long[] {1}), "", 0);
        refuses(copy, "tensor \"more\": is none that this architecture has");
        Path scaled = SaeCase.named("saelens-flat").copied(directory);
        rewrite(weights(scaled), Map.of(), "scaling_factor", 2);
        refuses(scaled, "tensor \"scaling_factor\": is not 1 everywhere");
        Path affine = SaeCase.named("gemma-scope-2-res").copied(directory);
        rewrite(weights(affine), Map.of("affine_skip_connection", new long[] {16, 16}), "", 0);
        refuses(affine, "tensor \"affine_skip_connection\": adds what was read");
        Path sparse = SaeCase.named("saelens-standard").copied(directory.resolve("sparse"));
        rewrite(sparse.resolve("sparsity.safetensors"), Map.of(), "sparsity", 0.5f);
        refuses(sparse, "is above 0 at 3, so no logarithm");
        Path unscaled = SaeCase.named("llama-scope-r1").copied(directory);
        rewrite(
                weights(unscaled),
                Map.of("dataset_average_activation_norm.blocks.7.hook_resid_post", new long[] {2}),
                "",
                0);
        refuses(unscaled, "has the shape [2], where one number belongs");
    }

    @ParameterizedTest
    @CsvSource({
        "gemma-scope-2b-pt-att, before they are mixed (z)",
        "gemma-scope-2b-pt-transcoders, so it is no autoencoder"
    })
    void sitesOfGemmaScopeThatAreNoPointsAreRefused(String repository, String reason) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(repository).resolve("layer_1/width_16k/average_l0_9"));
        Files.copy(SaeCase.named("gemma-scope-res").path().resolve("params.npz"), folder.resolve("params.npz"));
        refuses(folder, repository + ": ");
        refuses(folder, reason);
    }

    @ParameterizedTest
    @CsvSource({
        "attn_out, before they are mixed (z)",
        "transcoder_all, so it is no autoencoder",
        "clt, so it is no autoencoder"
    })
    void sitesOfGemmaScope2ThatAreNoPointsAreRefused(String site, String reason) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(site).resolve("layer_1_width_16k_l0_small"));
        Files.copy(
                SaeCase.named("gemma-scope-2-mlp").path().resolve("params.safetensors"),
                folder.resolve("params.safetensors"));
        refuses(folder, reason);
    }

    @Test
    void modulesOfSparsifyThatAreNoPointsAreRefusedAndOthersUnknown() throws IOException {
        Path layer = SaeCase.named("sparsify-layer").copied(directory);
        Path attention = Files.move(layer, layer.resolveSibling("layers.3.self_attn"));
        refuses(attention, "is of the module \"layers.3.self_attn\"");
        Path named = Files.move(attention, attention.resolveSibling("mine"));
        assertThat(SaeFiles.open(named).facts().hook().point()).isEmpty();
    }

    @Test
    void placesWithoutAKnownFormatSayWhatWasLookedFor() throws IOException {
        refuses(directory, "is no autoencoder of a known format; looked for params.npz (Gemma Scope)");
        refuses(directory.resolve("nowhere"), "is missing");
        Path text = Files.writeString(directory.resolve("a.txt"), "a");
        refuses(text, "is no autoencoder of a known format");
        Path copy = SaeCase.named("saelens-standard").copied(directory);
        Files.copy(SaeCase.named("gemma-scope-res").path().resolve("params.npz"), copy.resolve("params.npz"));
        refuses(copy, "holds files of several formats (Gemma Scope, SAELens); name the file");
        assertThat(SaeFiles.open(copy.resolve("params.npz")).facts().format()).isEqualTo("Gemma Scope");
        assertThat(SaeFiles.open(copy.resolve("cfg.json")).facts().format()).isEqualTo("SAELens");
        Path alone = SaeCase.named("dictionary-AutoEncoder").copied(directory);
        Files.delete(alone.resolve("config.json"));
        refuses(alone, "config.json is missing");
    }

    private static Path weights(Path copy) {
        return Stream.of(
                        "sae_weights.safetensors",
                        "sae.safetensors",
                        "params.safetensors",
                        "checkpoints/final.safetensors")
                .map(copy::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
    }

    /** Writes tensors anew: some with other shapes (new ones are ones), one with another number at its fourth place. */
    private static void rewrite(Path file, Map<String, long[]> shapes, String changed, float value) {
        MemoryWeights weights = new MemoryWeights();
        try (WeightSource source = SafetensorsFile.open(file)) {
            for (String name : source.names()) {
                float[] values = ModelBytes.read(source, name);
                if (name.equals(changed)) {
                    values[3] = value;
                }
                if (!shapes.containsKey(name)) {
                    weights.put(name, values, source.shape(name));
                }
            }
        }
        shapes.forEach((name, shape) -> {
            float[] ones = new float[(int) (shape[0] * (shape.length > 1 ? shape[1] : 1))];
            Arrays.fill(ones, 1);
            weights.put(name, ones, shape);
        });
        SafetensorsFile.write(file, weights, Map.of());
    }

    private static List<Path> files(Path copy) throws IOException {
        try (Stream<Path> found = Files.walk(copy)) {
            return found.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void refuses(Path path, String reason) {
        assertThatThrownBy(() -> SaeFiles.open(path))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining(reason);
    }
}
