package ai.auditor.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthTest {
    private static final Path FILE = Path.of("tokenizer.json");

    @TempDir
    Path directory;

    /** As Llama 2, Gemma, SmolLM2, T5 and ALBERT have them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'normalizer':null,'pre_tokenizer':null}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'▁'},"
                        + "{'type':'Replace','pattern':{'String':' '},'content':'▁'}]}}",
                "{'normalizer':{'type':'Replace','pattern':{'String':' '},'content':'▁'},"
                        + "'pre_tokenizer':{'type':'Split','pattern':{'String':' '},'behavior':'MergedWithPrevious'}}",
                "{'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'Digits','individual_digits':true},"
                        + "{'type':'ByteLevel','add_prefix_space':false}]}}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'Precompiled','precompiled_charsmap':'AA'},"
                        + "{'type':'Replace','pattern':{'Regex':' {2,}'},'content':'▁'}]},"
                        + "'pre_tokenizer':{'type':'Metaspace','replacement':'▁','prepend_scheme':'always'}}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'String':'``'},'content':'x'},"
                        + "{'type':'NFKD'},{'type':'StripAccents'},{'type':'Lowercase'}]}}",
            })
    void realTokenizersPass(String json) {
        assertThatCode(() -> Growth.require(FILE, read(json))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'normalizer':{'type':'Replace','pattern':{'String':' '},'content':'12345678901234567'}}",
                "{'normalizer':{'type':'Replace','pattern':{'Regex':''},'content':'1234567890123456'}}",
                "{'normalizer':{'type':'Prepend','prepend':'1234567890123456'}}",
                "{'normalizer':{'type':'Sequence','normalizers':[{'type':'NFKC'},{'type':'NFKC'}]}}",
                "{'normalizer':{'normalizers':[]}}",
                "{'pre_tokenizer':{'type':'Sequence','pretokenizers':[{'type':'ByteLevel'},{'type':'ByteLevel'},"
                        + "{'type':'ByteLevel'},{'type':'ByteLevel'}]}}",
            })
    void whatMakesTextsManyTimesLongerIsRefused(String json) {
        assertThatThrownBy(() -> Growth.require(FILE, read(json)))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("tokenizer.json: its ");
    }

    @Test
    void replacementsThatFeedEachOtherAreRefusedBeforeTheNativeTokenizerSeesThem() throws IOException {
        String one = "{'type':'Replace','pattern':{'String':' '},'content':'     '}";
        Files.writeString(
                directory.resolve("tokenizer.json"),
                ("{'normalizer':{'type':'Sequence','normalizers':[" + one + "," + one + "]}}").replace('\'', '"'));
        assertThatThrownBy(() -> Tokenizer.open(directory))
                .hasMessageContaining(
                        "its normalizer.normalizers[1] (\"Replace\") lets the tokenizer make a text more than 16");
    }

    @Test
    void aNameThatStandsTwiceAndDeepNestingAreRefused() throws IOException {
        Path file = directory.resolve("tokenizer.json");
        Files.writeString(file, "{\"normalizer\":null,\"normalizer\":{}}");
        assertThatThrownBy(() -> Tokenizer.open(directory)).hasMessageContaining("not sound JSON");
        Files.writeString(file, "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}");
        assertThatThrownBy(() -> Tokenizer.open(directory)).hasMessageContaining("not sound JSON");
    }

    private static JsonNode read(String json) throws JsonProcessingException {
        return new ObjectMapper().readTree(json.replace('\'', '"'));
    }
}
