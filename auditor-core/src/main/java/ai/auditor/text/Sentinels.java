package ai.auditor.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stands in for control tokens that a row's own text spells: each spelling has a private-use character that the row lacks. */
final class Sentinels {
    private static final int FIRST_PRIVATE = 0xE000;
    private static final int LAST_PRIVATE = 0xF8FF;

    private final Map<String, Character> byText;
    private final Map<Character, String> bySentinel = new LinkedHashMap<>();

    private Sentinels(Map<String, Character> byText) {
        this.byText = byText;
        byText.forEach((spelling, sentinel) -> bySentinel.put(sentinel, spelling));
    }

    /**
     * Sentinels for the spellings that stand in these texts, or null where there are too few private-use characters.
     *
     * @param spellings of control tokens
     */
    static @Nullable Sentinels of(Iterable<String> spellings, List<String> texts) {
        List<String> found = new ArrayList<>();
        for (String spelling : spellings) {
            if (texts.stream().anyMatch(text -> text.contains(spelling))) {
                found.add(spelling);
            }
        }
        // Where one spelling begins with another, the longer one is meant.
        found.sort(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        Map<String, Character> sentinels = new LinkedHashMap<>();
        int next = FIRST_PRIVATE;
        for (String spelling : found) {
            while (next <= LAST_PRIVATE && stands((char) next, texts)) {
                next++;
            }
            if (next > LAST_PRIVATE) {
                return null;
            }
            sentinels.put(spelling, (char) next++);
        }
        return new Sentinels(sentinels);
    }

    private static boolean stands(char sentinel, List<String> texts) {
        return texts.stream().anyMatch(text -> text.indexOf(sentinel) >= 0);
    }

    boolean none() {
        return byText.isEmpty();
    }

    boolean isSentinel(char character) {
        return bySentinel.containsKey(character);
    }

    /** The text with each spelling replaced. */
    String hide(String text) {
        if (none()) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int position = 0;
        while (position < text.length()) {
            String spelling = spellingAt(text, position);
            if (spelling == null) {
                out.append(text.charAt(position++));
            } else {
                out.append(byText.get(spelling));
                position += spelling.length();
            }
        }
        return out.toString();
    }

    private @Nullable String spellingAt(String text, int position) {
        for (String spelling : byText.keySet()) {
            if (text.startsWith(spelling, position)) {
                return spelling;
            }
        }
        return null;
    }

    /** The text with each spelling put back. */
    String show(String text) {
        if (none()) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            String spelling = bySentinel.get(text.charAt(i));
            if (spelling == null) {
                out.append(text.charAt(i));
            } else {
                out.append(spelling);
            }
        }
        return out.toString();
    }

    /** How many spellings a text hides. */
    int count(String hidden) {
        return (int)
                hidden.chars().filter(character -> isSentinel((char) character)).count();
    }
}
