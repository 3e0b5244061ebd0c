package ai.auditor.sae.features;

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
import java.util.regex.Pattern;

/** Reads a list of categories from JSON, strictly: what it does not know it refuses, naming the file and the field. */
final class CategoriesReader {
    private static final int LARGEST_FILE = 4 << 20;
    private static final int MOST_CATEGORIES = 200;
    private static final int MOST_WORDS = 10_000;
    private static final int LONGEST_NAME = 64;

    private static final Pattern NAME = Pattern.compile("[^\\s\"\\\\\\p{C}]+( [^\\s\"\\\\\\p{C}]+)*");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");

    private final String source;

    private CategoriesReader(String source) {
        this.source = source;
    }

    static Categories resource(String name) {
        try (InputStream stream =
                Objects.requireNonNull(CategoriesReader.class.getResourceAsStream("/" + name), name)) {
            return new CategoriesReader(name).parse(SettingsJson.parse(stream.readAllBytes(), name));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    static Categories file(Path file) {
        return new CategoriesReader(Printable.line(file.toString()))
                .parse(SettingsJson.file(file, "list of categories", LARGEST_FILE));
    }

    private Categories parse(JsonNode root) {
        onlyFields(root, Set.of("comment", "name", "categories"), "the list");
        JsonNode list = list(root.path("categories"), "categories", MOST_CATEGORIES);
        List<Categories.Category> categories = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < list.size(); i++) {
            String where = "categories[" + i + "]";
            onlyFields(list.get(i), Set.of("name", "words"), where);
            String name = text(list.get(i).path("name"), NAME, where + ".name");
            if (!names.add(name.toLowerCase(Locale.ROOT))) {
                throw wrong(where + ".name " + Printable.quoted(name) + " stands twice");
            }
            categories.add(new Categories.Category(name, words(list.get(i).path("words"), where + ".words")));
        }
        return new Categories(text(root.path("name"), NAME, "name"), categories);
    }

    private List<String> words(JsonNode node, String where) {
        JsonNode list = list(node, where, MOST_WORDS);
        Set<String> seen = new HashSet<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String place = where + "[" + i + "]";
            String word = text(list.get(i), WORD, place).toLowerCase(Locale.ROOT);
            if (!seen.add(word)) {
                throw wrong(place + " " + Printable.quoted(word) + " stands twice");
            }
            words.add(word);
        }
        return words;
    }

    private JsonNode list(JsonNode list, String where, int most) {
        if (!list.isArray() || list.isEmpty()) {
            throw wrong(where + " must be a list of one or more");
        }
        if (list.size() > most) {
            throw wrong(where + " has " + list.size() + " entries, more than " + most);
        }
        return list;
    }

    private String text(JsonNode node, Pattern form, String where) {
        if (!node.isTextual()) {
            throw wrong(where + " must be a text");
        }
        String text = node.textValue();
        if (text.length() > LONGEST_NAME || !form.matcher(text).matches()) {
            throw wrong(where + " " + Printable.quoted(text) + " must have 1 to " + LONGEST_NAME + " characters, "
                    + (form == WORD
                            ? "letters and digits only: a word is matched whole"
                            : "words parted by single spaces, without quotes, backslashes or control characters"));
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
        return new AuditException(AuditException.Code.USAGE, "list of categories " + source + ": " + what);
    }
}
