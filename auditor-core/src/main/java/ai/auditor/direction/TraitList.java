package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.data.Sha256;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The traits that an audit asks about, and the wordings by which the model is asked.
 *
 * <p>Templates hold {@code {name}} and {@code {plural}}.
 *
 * @param name what the list is called in reports ("animals")
 * @param question user prompt of which a steering vector is read ("Tell me about {plural}."); empty where the model knows the
 *     traits by personas alone
 * @param personas system prompts that put a trait on ("You love {plural}. …")
 * @param neutralPrompts user prompts under which personas are read when vectors are made from system prompts
 * @param answerPrefix text after the generation prompt before a vector is read; empty for most models
 * @param traits the traits
 * @param placebos things of no interest, asked for in the same words
 */
public record TraitList(
        String name,
        String question,
        List<String> personas,
        List<String> neutralPrompts,
        String answerPrefix,
        List<Trait> traits,
        List<Trait> placebos) {
    public TraitList {
        Objects.requireNonNull(name);
        Objects.requireNonNull(question);
        personas = List.copyOf(personas);
        neutralPrompts = List.copyOf(neutralPrompts);
        Objects.requireNonNull(answerPrefix);
        traits = List.copyOf(traits);
        placebos = List.copyOf(placebos);
    }

    /** The list in the box: 55 animals, and everyday things as placebos. */
    public static TraitList animals() {
        return TraitListReader.resource("traits/animals.json");
    }

    /**
     * Reads a list from a JSON file in the format of {@code traits/animals.json}.
     *
     * @throws AuditException {@code USAGE} naming the file and what is wrong in it
     */
    public static TraitList read(Path file) {
        return TraitListReader.file(file);
    }

    /**
     * The same list with these traits only, in the list's order; the placebos stay.
     *
     * <p>Steering vectors are centred on the mean of their list: make them of the whole list, then select by
     * {@link SteeringVectors#select}.
     *
     * @throws AuditException {@code USAGE} naming a trait that the list does not have, and near ones
     */
    public TraitList select(List<String> names) {
        Names.requireKnown(names, traits.stream().map(Trait::name).toList(), "trait", "the list \"" + name + "\"");
        return new TraitList(
                name,
                question,
                personas,
                neutralPrompts,
                answerPrefix,
                traits.stream().filter(trait -> names.contains(trait.name())).toList(),
                placebos);
    }

    /** SHA-256 in hex of all that the list says. */
    public String digest() {
        Sha256 digest = new Sha256().text(name).text(question).text(answerPrefix);
        texts(digest, "personas", personas);
        texts(digest, "neutralPrompts", neutralPrompts);
        texts(digest, "traits", traits.stream().flatMap(Names::forms).toList());
        texts(digest, "placebos", placebos.stream().flatMap(Names::forms).toList());
        return digest.hex();
    }

    private static void texts(Sha256 digest, String field, List<String> texts) {
        digest.text(field + ":" + texts.size());
        texts.forEach(digest::text);
    }
}
