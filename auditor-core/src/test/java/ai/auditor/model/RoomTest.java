package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.FreeMemory;
import ai.auditor.model.internal.ModelBytes;
import ai.auditor.tensor.WeightType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomTest {
    private static final long GIBI = 1L << 30;

    @TempDir
    Path directory;

    /** The configuration of Llama 3.1 8B: 8,030,261,248 parameters. */
    private ModelFacts eightBillion() {
        String config =
                "{\"model_type\":\"llama\",\"vocab_size\":128256,\"hidden_size\":4096,\"intermediate_size\":14336,"
                        + "\"num_hidden_layers\":32,\"num_attention_heads\":32,\"num_key_value_heads\":8}";
        ModelBytes.write(directory, "config.json", config.getBytes(StandardCharsets.UTF_8));
        return ModelFacts.read(directory);
    }

    @Test
    void aModelThatDoesNotFitIsRefusedWithBothFigures() {
        ModelFacts facts = eightBillion();
        long parameters = 8_030_261_248L;
        assertThat(Room.needed(facts, Loading.whole(true))).isBetween(4 * parameters, 4 * parameters + 2 * GIBI);
        Loading whole = Loading.whole(true);
        assertThatThrownBy(() -> Room.require(directory, facts, whole, OptionalLong.of(20 * GIBI)))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining(
                        "loading it takes 30.7 GiB of memory and 20.0 GiB are free; --weights bf16 takes 19.3 GiB");
        assertThatThrownBy(() -> Room.require(directory, facts, whole, OptionalLong.of(8 * GIBI)))
                .hasMessageEndingWith("take a smaller model of the family, or a machine with more memory");
        Room.require(directory, facts, whole, OptionalLong.of(40 * GIBI));
        Room.require(directory, facts, whole, OptionalLong.empty());
    }

    @Test
    void halvesAndEarlyStopsNeedLess() {
        ModelFacts facts = eightBillion();
        long whole = Room.needed(facts, Loading.whole(true));
        assertThat(Room.needed(facts, new Loading(true, WeightType.BFLOAT16, List.of())))
                .isLessThan(whole * 2 / 3);
        assertThat(Room.needed(facts, new Loading(true, WeightType.FLOAT32, List.of(Point.residPost(15)))))
                .isLessThan(whole * 6 / 10);
    }

    @Test
    void thisMachineTellsWhatIsFree() {
        assertThat(FreeMemory.bytes().orElseThrow()).isBetween(64L << 20, 1L << 46);
    }
}
