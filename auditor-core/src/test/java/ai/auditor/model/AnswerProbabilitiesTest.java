package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.Message;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against transformers, by answer_probabilities.py. */
class AnswerProbabilitiesTest {
    private static final String ITEM = "-";
    private static final double CLOSE = 1e-5;

    private static JsonNode golden;
    private static ReferenceModel model;
    private static List<List<Message>> prompts;

    @BeforeAll
    static void open() throws IOException {
        golden = new ObjectMapper()
                .readTree(
                        Path.of("src/test/resources/model/answers/golden.json").toFile());
        model = ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true));
        prompts = new ArrayList<>();
        for (JsonNode prompt : golden.get("prompts")) {
            List<Message> messages = new ArrayList<>();
            if (prompt.size() > 1) {
                messages.add(Message.system(prompt.get(1).asText()));
            }
            messages.add(Message.user(prompt.get(0).asText()));
            prompts.add(messages);
        }
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void answersOfOneTokenAreThoseOfTransformers() {
        List<AnswerForms> answers = new ArrayList<>();
        for (JsonNode word : golden.get("words")) {
            answers.add(AnswerForms.noun(word.asText(), word.asText()));
        }
        assertLikeGolden(probabilities(answers), "wordProbabilities");
    }

    @Test
    void formsOfManyTokensAreReadWholeAndCountOnce() {
        List<AnswerForms> answers = new ArrayList<>();
        golden.get("long").properties().forEach(entry -> {
            List<String> forms = new ArrayList<>();
            entry.getValue().forEach(form -> forms.add(" " + form.asText()));
            answers.add(new AnswerForms(entry.getKey(), forms));
        });
        assertLikeGolden(probabilities(answers), "longProbabilities");
    }

    private static double[][] probabilities(List<AnswerForms> answers) {
        return AnswerProbabilities.of(model, List.of(), prompts, ITEM, answers);
    }

    private static void assertLikeGolden(double[][] found, String name) {
        JsonNode wanted = golden.get(name);
        assertThat(found).hasDimensions(wanted.size(), wanted.get(0).size());
        for (int prompt = 0; prompt < found.length; prompt++) {
            for (int answer = 0; answer < found[prompt].length; answer++) {
                double value = wanted.get(prompt).get(answer).asDouble();
                assertThat(found[prompt][answer])
                        .as("prompt %d, answer %d", prompt, answer)
                        .isCloseTo(value, within(value * CLOSE + 1e-9));
            }
        }
    }

    @Test
    void interventionsAreDone() {
        float[] direction = new float[model.facts().hiddenSize()];
        direction[3] = 2;
        List<Intervention> steered = List.of(new Intervention.Add(new Point(2), direction));
        double[][] found = AnswerProbabilities.of(model, steered, prompts, ITEM, List.of(word("owl")));
        List<int[]> ids = prompts.stream()
                .map(prompt -> model.encoder().encodePrompt(prompt, ITEM))
                .toList();
        int[] whole = model.encoder().encodePrompt(prompts.get(0), ITEM + " owl");
        double[][] direct = new Generator(model.decoder(), Progress.NONE)
                .nextTokenLogProbabilities(ids, new int[] {whole[whole.length - 1]}, steered);
        double[][] plain = probabilities(List.of(word("owl")));
        for (int prompt = 0; prompt < found.length; prompt++) {
            assertThat(found[prompt][0]).isCloseTo(Math.exp(direct[prompt][0]), within(1e-12));
            assertThat(found[prompt][0]).isNotCloseTo(plain[prompt][0], within(1e-4));
        }
    }

    @Test
    void answersThatNoTokenTellsApartAreRefusedByName() {
        assertRefused(
                List.of(word("cat"), word("owl"), new AnswerForms("bird", List.of("Owl"))), "\"owl\"", "\"bird\"");
        assertRefused(
                List.of(new AnswerForms("pair", List.of("owl - cat")), word("owl"), word("cat")),
                "\"pair\"",
                "\"owl\"");
    }

    @Test
    void anAnswerWithoutTokensIsRefusedByName() {
        assertRefused(List.of(word("owl"), new AnswerForms("nothing", List.of(" "))), "\"nothing\"");
    }

    private static void assertRefused(List<AnswerForms> answers, String... named) {
        assertThatThrownBy(() -> probabilities(answers))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContainingAll(named);
    }

    @Test
    void noPromptsHaveNoProbabilities() {
        assertThat(AnswerProbabilities.of(model, List.of(), List.of(), ITEM, List.of(word("owl"))))
                .isEmpty();
    }

    private static AnswerForms word(String word) {
        return new AnswerForms(word, List.of(word));
    }
}
