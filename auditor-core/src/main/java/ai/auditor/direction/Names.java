package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names of traits as users spell them. */
final class Names {
    /** How many near names a message offers, and how many edits away "near" ends. */
    private static final int OFFERED = 3;

    private static final int NEAR = 2;

    private Names() {}

    /** Both forms of a trait, for a digest. */
    static Stream<String> forms(Trait trait) {
        return Stream.of(trait.name(), trait.plural());
    }

    /**
     * Refuses names that are not known, and an empty list of names.
     *
     * @throws AuditException {@code USAGE} naming the unknown one and near ones
     */
    static void requireKnown(Collection<String> wanted, List<String> known, String what, String where) {
        if (wanted.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE, "no " + what + " named; " + where + " has " + sample(known));
        }
        for (String name : wanted) {
            if (!known.contains(name)) {
                List<String> near = near(name, known);
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "unknown " + what + " " + Printable.quoted(name) + "; "
                                + (near.isEmpty()
                                        ? where + " has " + sample(known)
                                        : "did you mean " + String.join(" or ", near) + "?"));
            }
        }
    }

    private static String sample(List<String> known) {
        return known.stream().limit(OFFERED).collect(Collectors.joining(", "))
                + (known.size() > OFFERED ? ", … (" + known.size() + " in all)" : "");
    }

    private static List<String> near(String name, List<String> known) {
        String plain = name.strip().toLowerCase(Locale.ROOT);
        return plain.isEmpty() || plain.length() > TraitListReader.LONGEST_NAME
                ? List.of()
                : known.stream()
                        .distinct()
                        .filter(candidate -> candidate.startsWith(plain)
                                || plain.startsWith(candidate)
                                || edits(plain, candidate.toLowerCase(Locale.ROOT)) <= NEAR)
                        .sorted(Comparator.comparing(
                                        (String candidate) -> edits(plain, candidate.toLowerCase(Locale.ROOT)))
                                .thenComparing(Comparator.naturalOrder()))
                        .limit(OFFERED)
                        .toList();
    }

    /** Levenshtein distance. */
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
