package ai.auditor.direction;

import java.util.Objects;

/**
 * A trait by name, such as a love of owls.
 *
 * @param name one word for reports ("owl")
 * @param plural the form that templates use ("owls")
 */
public record Trait(String name, String plural) {
    static final String NAME = "{name}";
    static final String PLURAL = "{plural}";

    public Trait {
        Objects.requireNonNull(name);
        Objects.requireNonNull(plural);
    }

    /** A template with {@code {name}} and {@code {plural}} filled in. */
    public String fill(String template) {
        return template.replace(NAME, name).replace(PLURAL, plural);
    }
}
