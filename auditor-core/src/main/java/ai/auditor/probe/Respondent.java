package ai.auditor.probe;

import ai.auditor.model.PreferenceQuestions;

/** A model that a probe may ask: the reference model, or a student of it. */
public interface Respondent {
    /**
     * How likely it is to give each answer to each target question, exactly.
     *
     * @return {@code [target questions][answers]}
     * @throws ai.auditor.AuditException as {@link PreferenceQuestions#favourites}
     */
    double[][] preferences(PreferenceQuestions questions);
}
