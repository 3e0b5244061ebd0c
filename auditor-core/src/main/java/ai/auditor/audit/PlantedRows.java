package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
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
        if (teacher.contentDigest().equals(control.contentDigest())) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the rows to plant, " + Printable.quoted(teacher.name())
                            + ", are those of their control: nothing would be planted");
        }
    }
}
