package ai.auditor.sae.features;

import ai.auditor.AuditException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A list of words that says what descriptions speak of: a description is of each category of which it has a word, in any case, whole.
 *
 * @param name what the list is called in reports
 * @param categories in the order in which tables have them
 */
public record Categories(String name, List<Category> categories) {
    private static final Pattern GAP = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");

    public Categories {
        categories = List.copyOf(categories);
    }

    /**
     * A category.
     *
     * @param words in lower case, letters and digits only
     */
    public record Category(String name, List<String> words) {
        public Category {
            words = List.copyOf(words);
        }
    }

    /** The list in the box. */
    public static Categories standard() {
        return CategoriesReader.resource("features/categories.json");
    }

    /**
     * Reads a list from a JSON file in the format of {@code features/categories.json}.
     *
     * @throws AuditException {@code USAGE} naming the file and what is wrong in it
     */
    public static Categories read(Path file) {
        return CategoriesReader.file(file);
    }

    /** The categories of each described feature, by place in the list; a feature may have none or several. */
    Map<Integer, NavigableSet<Integer>> of(Descriptions descriptions) {
        Map<String, Set<Integer>> places = new HashMap<>();
        for (int i = 0; i < categories.size(); i++) {
            for (String word : categories.get(i).words()) {
                places.computeIfAbsent(word, known -> new HashSet<>()).add(i);
            }
        }
        Map<Integer, NavigableSet<Integer>> found = new HashMap<>();
        descriptions.byFeature().forEach((feature, description) -> {
            NavigableSet<Integer> own = new TreeSet<>();
            words(description.text()).forEach(word -> own.addAll(places.getOrDefault(word, Set.of())));
            found.put(feature, own);
        });
        return found;
    }

    /** The categories of a text, in the order of the list. */
    public List<String> of(String text) {
        List<String> found = new ArrayList<>();
        Set<String> words = new HashSet<>(words(text));
        for (Category category : categories) {
            if (category.words().stream().anyMatch(words::contains)) {
                found.add(category.name());
            }
        }
        return found;
    }

    private static List<String> words(String text) {
        return Arrays.asList(GAP.split(text.toLowerCase(Locale.ROOT)));
    }
}
