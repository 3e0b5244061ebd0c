package ai.auditor.audit;

import ai.auditor.data.Dataset;
import java.util.Objects;

/**
 * Rows of a teacher whose trait is known, and rows of its own control, for an audit to plant and look for.
 *
 * @param trait of the teacher; one that the audit asks about
 * @param teacher what it wrote
 * @param control what the reference model wrote on the same prompts without the trait
 */
public record PlantedRows(String trait, Dataset teacher, Dataset control) {
    public PlantedRows {
        Objects.requireNonNull(trait);
        Objects.requireNonNull(teacher);
        Objects.requireNonNull(control);
    }
}
