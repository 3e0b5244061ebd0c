package ai.auditor.probe;

import ai.auditor.direction.Prompt;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.stats.Matrix;
import java.util.List;

/** A model that a probe may ask: the reference model, or a student of it. */
public interface Respondent {
    /**
     * How likely it is to give each answer to each target question, exactly.
     *
     * @return {@code [target questions][answers]}
     * @throws ai.auditor.AuditException as {@link PreferenceQuestions#favourites}
     */
    double[][] preferences(PreferenceQuestions questions);

    /**
     * Its residual stream where it would answer: at the last token of each prompt, the answer's prefix included.
     *
     * @return {@code [prompts, d_model]}
     */
    Matrix promptLast(List<Prompt> prompts, Point point);
}
