package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.SettingsJson;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a trait list from JSON, strictly: what it does not know it refuses, naming the file and the field. */
final class TraitListReader {
    /** Bounds on what a user's file may ask for: each trait costs passes of the model, each text costs tokens. */
    static final int MOST_TRAITS = 1_000;

    static final int MOST_TEXTS = 256;
    static final int LONGEST_NAME = 64;
    static final int LONGEST_TEXT = 2_000;
    static final int LARGEST_FILE = 4 << 20;

    private static final Set<String> FIELDS =
            Set.of("comment", "name", "question", "personas", "neutralPrompts", "answerPrefix", "traits", "placebos");
    private static final Set<String> TRAIT_FIELDS = Set.of("name", "plural");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

    /** Names become tensor names and table cells: no slash, brace, quote or control character. */
    private static final Pattern NAME = Pattern.compile("[^\\s/{}\"\\\\\\p{C}]+( [^\\s/{}\"\\\\\\p{C}]+)*");

    private final String source;

    private TraitListReader(String source) {
        this.source = source;
    }

    static TraitList resource(String name) {
        try (InputStream stream = Objects.requireNonNull(TraitListReader.class.getResourceAsStream("/" + name), name)) {
            return new TraitListReader(name).parse(SettingsJson.parse(stream.readAllBytes(), name));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static TraitList file(Path file) {
        return new TraitListReader(Printable.line(file.toString()))
                .parse(SettingsJson.file(file, "trait list", LARGEST_FILE));
    }

    private TraitList parse(JsonNode root) {
        onlyFields(root, FIELDS, "the list");
        if (root.has("comment")) {
            text(root, "comment", 0, LONGEST_TEXT, "");
        }
        String question = text(root, "question", 0, LONGEST_TEXT, "");
        if (!question.isEmpty()) {
            template(question, "question");
        }
        List<String> personas = texts(root, "personas");
        for (int i = 0; i < personas.size(); i++) {
            template(personas.get(i), "personas[" + i + "]");
        }
        Set<String> seen = new HashSet<>();
        return new TraitList(
                name(root, "name", ""),
                question,
                personas,
                texts(root, "neutralPrompts"),
                text(root, "answerPrefix", 0, LONGEST_TEXT, ""),
                traits(root, "traits", seen),
                traits(root, "placebos", seen));
    }

    private List<Trait> traits(JsonNode root, String field, Set<String> seen) {
        JsonNode list = list(root, field, MOST_TRAITS);
        List<Trait> traits = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            String where = field + "[" + i + "]";
            onlyFields(list.get(i), TRAIT_FIELDS, where);
            Trait trait = new Trait(name(list.get(i), "name", where + "."), name(list.get(i), "plural", where + "."));
            if (!seen.add(trait.name().toLowerCase(Locale.ROOT))) {
                throw wrong(
                        where + ".name " + Printable.quoted(trait.name()) + " stands twice among traits and placebos");
            }
            traits.add(trait);
        }
        return traits;
    }

    private List<String> texts(JsonNode root, String field) {
        JsonNode list = list(root, field, MOST_TEXTS);
        List<String> texts = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            texts.add(checked(list.get(i), field + "[" + i + "]", 1, LONGEST_TEXT));
        }
        return texts;
    }

    private JsonNode list(JsonNode root, String field, int most) {
        JsonNode list = root.path(field);
        if (!list.isArray() || list.isEmpty()) {
            throw wrong(field + " must be a list of one or more");
        }
        if (list.size() > most) {
            throw wrong(field + " has " + list.size() + " entries, more than " + most);
        }
        return list;
    }

    private void template(String template, String where) {
        Matcher placeholders = PLACEHOLDER.matcher(template);
        boolean any = false;
        while (placeholders.find()) {
            any = true;
            if (!TRAIT_FIELDS.contains(placeholders.group(1))) {
                throw wrong(where + " has the unknown placeholder " + Printable.quoted(placeholders.group())
                        + "; known: {name}, {plural}");
            }
        }
        if (!any) {
            throw wrong(where + " has no placeholder {name} or {plural}");
        }
    }

    /** Whether a text can name a trait. */
    static boolean isName(String text) {
        return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
    }

    private String name(JsonNode owner, String field, String prefix) {
        String name = text(owner, field, 1, LONGEST_NAME, prefix);
        if (!isName(name)) {
            throw wrong(prefix + field + " " + Printable.quoted(name)
                    + " must be words parted by single spaces, without slashes, braces, quotes or control characters");
        }
        return name;
    }

    private String text(JsonNode owner, String field, int shortest, int longest, String prefix) {
        return checked(owner.path(field), prefix + field, shortest, longest);
    }

    private String checked(JsonNode node, String where, int shortest, int longest) {
        if (!node.isTextual()) {
            throw wrong(where + " must be a text");
        }
        String text = node.textValue();
        if (text.length() > longest) {
            throw wrong(where + " has " + text.length() + " characters, more than " + longest);
        }
        if (text.strip().length() < shortest) {
            throw wrong(where + " is empty");
        }
        return text;
    }

    private void onlyFields(JsonNode node, Set<String> known, String where) {
        if (!node.isObject()) {
            throw wrong(where + " must be a JSON object");
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                throw wrong(where + " has the unknown key " + Printable.quoted(name) + "; known: "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private AuditException wrong(String what) {
        return new AuditException(AuditException.Code.USAGE, "trait list " + source + ": " + what);
    }
}
