package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.model.internal.ModelBytes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kinds of rope with the numbers of real models; goldens by tiny_families.py. */
class RotationTest {
    @TempDir
    Path directory;

    @Test
    void frequenciesAndFactorsAreThoseOfTransformers() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode cases = json.readTree(Files.readString(Path.of("src/test/resources/families/rope.json")));
        assertThat(cases).hasSize(7);
        for (JsonNode one : cases) {
            int width = one.get("width").asInt();
            ObjectNode config = json.createObjectNode();
            config.put("model_type", "llama").put("vocab_size", 100).put("intermediate_size", 64);
            config.put("hidden_size", 2 * width).put("num_hidden_layers", 1).put("num_attention_heads", 2);
            config.set("max_position_embeddings", one.get("positions"));
            config.set("rope_theta", one.get("theta"));
            config.set("rope_scaling", one.get("scaling"));
            ModelBytes.write(directory, "config.json", config.toString().getBytes(StandardCharsets.UTF_8));
            Rope rope = ModelFacts.read(directory).attention().rope();
            float[] turns = new Rotation(rope, width).at(new int[] {1});
            double factor = one.get("factor").asDouble();
            for (int pair = 0; pair < width / 2; pair++) {
                double frequency = one.get("frequencies").get(pair).asDouble();
                String what = one.get("name").asText() + " pair " + pair;
                assertThat((double) turns[2 * pair]).as(what).isCloseTo(factor * Math.cos(frequency), within(3e-7));
                assertThat(turns[2 * pair + 1] / (factor * Math.sin(frequency)))
                        .as(what)
                        .isCloseTo(1, within(2e-6));
            }
        }
    }

    @Test
    void aPartOfAHeadIsLeftUnturned() {
        float[] turns = new Rotation(new Rope(10, 4, new Rope.Unscaled()), 8).at(new int[] {0, 3});
        for (int pair = 2; pair < 4; pair++) {
            assertThat(turns[8 + 2 * pair]).isEqualTo(1);
            assertThat(turns[8 + 2 * pair + 1]).isZero();
        }
        assertThat(turns[8]).isCloseTo((float) Math.cos(3), within(1e-6f));
    }
}
