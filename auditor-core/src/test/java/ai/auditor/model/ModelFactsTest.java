package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.tensor.BlockShape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFactsTest {
    private static final String SIZES = "'model_type':'llama','vocab_size':100,'hidden_size':32,'intermediate_size':64,"
            + "'num_hidden_layers':2,'num_attention_heads':4";

    @TempDir
    Path directory;

    @Test
    void aConfigurationOfTransformersFourIsRead() {
        Rope rope = new Rope(10_000, 8, new Rope.Unscaled());
        assertThat(ModelFacts.read(ModelBytes.golden("llama")))
                .isEqualTo(new ModelFacts(
                        Family.LLAMA,
                        32,
                        32,
                        1,
                        4,
                        2,
                        8,
                        8,
                        64,
                        1e-5,
                        new ModelFacts.Attention(1 / Math.sqrt(8), 0, rope, rope, 0, List.of(false)),
                        BlockShape.Activation.SILU,
                        0,
                        false,
                        new ModelFacts.Biases(true, true, false),
                        false,
                        OptionalInt.of(1),
                        List.of(2, 3),
                        OptionalInt.of(0)));
    }

    @Test
    void whatIsAbsentOrNullHasTheDefaultOfTransformers() {
        ModelFacts facts = read("{" + SIZES + ",'head_dim':null,'num_key_value_heads':null,'pad_token_id':null}");
        assertThat(facts.headDimension()).isEqualTo(8);
        assertThat(facts.keyValueHeads()).isEqualTo(4);
        assertThat(facts.normEpsilon()).isEqualTo(1e-6);
        assertThat(facts.attention().rope().theta()).isEqualTo(10_000);
        assertThat(facts.maxPositions()).isEqualTo(2048);
        assertThat(facts.tiedEmbeddings()).isFalse();
        assertThat(facts.padToken()).isEmpty();
        assertThat(facts.endTokens()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'rope_theta':500000 | 500000",
                "'rope_theta':500000.0,'rope_scaling':null,'torch_dtype':'bfloat16' | 500000",
                "'rope_theta':500000.0,'rope_scaling':{'type':'default'} | 500000",
                "'rope_parameters':{'rope_type':'default','rope_theta':130000.0},'dtype':'float32' | 130000",
                "'rope_parameters':{'rope_theta':130000.0} | 130000",
                "'rope_parameters':{} | 10000",
                "'rope_theta':7.0,'rope_parameters':{'rope_type':'default','rope_theta':7} | 7",
                "'head_dim':16,'sliding_window':4096,'pretraining_tp':2,'quantization_config':null | 10000",
                "'pad_token_id':-1,'eos_token_id':[99] | 10000",
            })
    void spellingsOfTransformersFourAndFiveAreRead(String fields, double theta) {
        assertThat(read("{" + SIZES + "," + fields + "}").attention().rope().theta())
                .isEqualTo(theta);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | model family \"\" is not known; known: llama",
                "{'model_type':'mamba'} | model family \"mamba\" is not known; known: llama, mistral, qwen2, qwen3, gemma2, gemma3_text, gpt_neox, gpt2",
                "{'model_type':'gemma3'} | text_config, where model family \"gemma3\" has its numbers, is not there",
                "{'model_type':7} | model_type is not a text",
                "[] | is not a JSON object",
                "{'model_type':'llama','model_type':'llama'} | Duplicate",
                "{'model_type':'llama'} {} | not valid",
                "{'model_type':'llama'} | hidden_size is not there",
            })
    void otherFamiliesAndOtherThingsAreRefused(String config, String reason) {
        requireRefused(config, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'rope_scaling':{'rope_type':'llama3','factor':8.0} | rope_scaling.low_freq_factor is not there",
                "'rope_scaling':{'rope_type':'llama3','factor':8,'low_freq_factor':4,'high_freq_factor':4} | is not above low_freq_factor",
                "'rope_scaling':{'type':'linear'} | rope_scaling.factor is not there",
                "'rope_parameters':{'rope_type':'yarn'} | rope_parameters.factor is not there",
                "'rope_parameters':{'rope_type':'longrope'} | rope kind \"longrope\" in rope_parameters is not known; known: default, linear, dynamic, llama3, yarn",
                "'rope_scaling':{'type':'su'} | rope kind \"su\"",
                "'rope_parameters':{'rope_type':'linear','factor':2},'rope_scaling':{'type':'linear','factor':4} | contradict each other",
                "'rope_parameters':{'factor':2.0} | rope kind \"\"",
                "'rope_parameters':{'full_attention':7} | full_attention is not an object",
                "'rope_scaling':7 | rope_scaling is not an object",
                "'rope_theta':1.0,'rope_parameters':{'rope_theta':2.0} | rope_theta is 1.0, but 2.0 in rope_parameters",
                "'partial_rotary_factor':0.5 | partial_rotary_factor 0.5",
                "'rope_theta':0 | rope_theta is not a positive number",
                "'rope_theta':1e999 | rope_theta is not a positive number",
                "'rms_norm_eps':-1e-5 | rms_norm_eps is not a positive number",
                "'rms_norm_eps':'1e-5' | rms_norm_eps is not a positive number",
                "'hidden_act':'relu2' | hidden_act \"relu2\" is not known; known: silu, gelu",
                "'quantization_config':{'quant_method':'gptq'} | quantization_config is not supported",
                "'num_key_value_heads':3 | is not a multiple of num_key_value_heads 3",
                "'num_key_value_heads':0 | num_key_value_heads 0 is not between 1 and 4",
                "'num_key_value_heads':8 | num_key_value_heads 8 is not between 1 and 4",
                "'head_dim':7 | the head dimension 7 is odd",
                "'head_dim':-8 | head_dim -8 is not between",
                "'head_dim':8.0 | head_dim is not a whole number",
                "'attention_bias':'yes' | attention_bias is not true or false",
                "'eos_token_id':100 | eos_token_id is not a token of a vocabulary of 100",
                "'eos_token_id':['2'] | eos_token_id is not a token",
                "'max_position_embeddings':99999999999 | max_position_embeddings is not a whole number",
            })
    void numbersAndKindsThatCannotBeRunAreRefused(String fields, String reason) {
        requireRefused("{" + SIZES + "," + fields + "}", reason);
    }

    @ParameterizedTest
    @CsvSource({
        "hidden_size,65537",
        "hidden_size,0",
        "hidden_size,-4",
        "hidden_size,30",
        "intermediate_size,1048577",
        "num_hidden_layers,1025",
        "num_attention_heads,0",
        "num_attention_heads,2147483648",
        "vocab_size,4194305"
    })
    void sizesBeyondReasonAreRefused(String field, long value) {
        requireRefused("{" + SIZES.replaceFirst("'" + field + "':\\d+", "'" + field + "':" + value) + "}", field);
    }

    @Test
    void aDirectoryWithoutConfigurationIsRefused() {
        assertThatThrownBy(() -> ModelFacts.read(directory))
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("config.json is missing");
    }

    private ModelFacts read(String config) {
        ModelBytes.write(directory, "config.json", config.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return ModelFacts.read(directory);
    }

    private void requireRefused(String config, String reason) {
        assertThatThrownBy(() -> read(config))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("config.json")
                .hasMessageContaining(reason);
    }
}
