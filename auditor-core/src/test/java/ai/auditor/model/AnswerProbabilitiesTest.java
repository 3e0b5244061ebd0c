package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.data.Message;
import ai.auditor.model.Intervention.Positions;
import ai.auditor.text.TokenizedRow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(Positions.class)
    void interventionsAreDoneAsWhereRowsAreScored(Positions positions) {
        float[] direction = new float[model.facts().hiddenSize()];
        direction[3] = 5;
        List<Intervention> steered = List.of(new Intervention.Add(Point.residPost(2), direction, positions));
        List<String> forms = List.of("owl - cat", "owl - fox - red", "515");
        double[][] found = AnswerProbabilities.of(
                model,
                steered,
                prompts,
                ITEM,
                forms.stream().map(AnswerProbabilitiesTest::word).toList());
        Capture capture = new Capture(model.decoder(), new Capture.Settings(1, 1, false), Progress.NONE);
        for (int prompt = 0; prompt < found.length; prompt++) {
            int start = model.encoder().encodePrompt(prompts.get(prompt), ITEM).length;
            for (int form = 0; form < forms.size(); form++) {
                int[] ids = model.encoder().encodePrompt(prompts.get(prompt), ITEM + " " + forms.get(form));
                TokenizedRow row = new TokenizedRow(0, ids, start, ids.length, start, 0);
                double nll = capture.run(CapturePlan.likelihood(steered), List.of(row))
                        .nll()[0];
                assertThat(Math.log(found[prompt][form]))
                        .as("prompt %d, form %d", prompt, form)
                        .isCloseTo(-nll * (ids.length - start), within(1e-4));
            }
        }
        double plain = Math.log(probabilities(List.of(word(forms.get(0))))[0][0]);
        assertThat(Math.log(found[0][0])).as("changed").isNotCloseTo(plain, within(1e-3));
    }

    @Test
    void aPromptWithoutRoomForTheFormsIsRefused() {
        List<List<Message>> one = List.of(List.of(Message.user("name ".repeat(115))));
        assertThat(AnswerProbabilities.of(model, List.of(), one, ITEM, List.of(word("owl"))))
                .hasDimensions(1, 1);
        List<AnswerForms> longer = List.of(word("owl" + " - cat".repeat(8)));
        assertThatThrownBy(() -> AnswerProbabilities.of(model, List.of(), one, ITEM, longer))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageContaining("no room");
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
