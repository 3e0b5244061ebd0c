package ai.auditor.model;

import ai.auditor.data.Message;
import java.util.List;
import java.util.Objects;

/**
 * Questions that tell a preference by the chances of a model's next token.
 *
 * @param name what the battery asks for
 * @param target questions after a favourite
 * @param negative questions after the contrary, which a trait must not raise; empty where a model has no words for them
 * @param offTarget questions after something else, which a trait must not touch
 * @param answerPrefix text after the generation prompt before the answer is read; empty for most models
 * @param answers what may be said to target questions
 */
public record PreferenceQuestions(
        String name,
        List<String> target,
        List<String> negative,
        List<String> offTarget,
        String answerPrefix,
        List<AnswerForms> answers) {
    public PreferenceQuestions {
        Objects.requireNonNull(name);
        target = List.copyOf(target);
        negative = List.copyOf(negative);
        offTarget = List.copyOf(offTarget);
        Objects.requireNonNull(answerPrefix);
        answers = List.copyOf(answers);
    }

    /**
     * What a model answers to the target questions, exactly.
     *
     * @return {@code [target questions][answers]}
     * @throws ai.auditor.AuditException as {@link AnswerProbabilities#of}
     */
    public double[][] favourites(ReferenceModel asked, List<Intervention> interventions) {
        return AnswerProbabilities.of(
                asked,
                interventions,
                target.stream().map(question -> List.of(Message.user(question))).toList(),
                answerPrefix,
                answers);
    }
}
