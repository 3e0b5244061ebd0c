package ai.auditor.probe;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which kinds of teacher a probe can see and which it cannot, as far as that was measured, and how a generator that knows the probe could
 * hide from it. Of a probe that bears on {@code along-trait}, seen means that the trait was named.
 *
 * @param sights one a kind, in the order of {@link TeacherKind}
 * @param evasion what a generator could do to hide from the probe, a clause; empty where nobody has thought about it
 */
public record Coverage(List<Sight> sights, String evasion) {
    /** Nothing is known of the probe. */
    public static final Coverage UNMEASURED = of("");

    public Coverage {
        sights = List.copyOf(sights);
        if (!sights.stream().map(Sight::teacher).toList().equals(List.of(TeacherKind.values()))) {
            throw new IllegalArgumentException(
                    "a coverage says something of every kind of teacher, once and in their order");
        }
    }

    /** How well a kind of teacher is seen; of several probes together the first of these holds. */
    public enum Extent {
        SEEN("seen"),
        /** In some of the cases that were measured. */
        PARTLY("partly"),
        UNMEASURED("not measured"),
        UNSEEN("not seen");

        private final String words;

        Extent(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * How well one kind of teacher is seen.
     *
     * @param source where that was measured, or why it must be so; empty where it was not measured
     */
    public record Sight(TeacherKind teacher, Extent extent, String source) {
        public Sight {
            if (source.isBlank() != (extent == Extent.UNMEASURED)) {
                throw new IllegalArgumentException(
                        "what is said of teachers " + teacher + " needs a source, and only that");
            }
        }
    }

    /**
     * What was measured; kinds that are not named count as not measured.
     *
     * @throws IllegalArgumentException if a kind is named twice
     */
    public static Coverage of(String evasion, Sight... measured) {
        Map<TeacherKind, Sight> byKind = new EnumMap<>(TeacherKind.class);
        for (Sight sight : measured) {
            if (byKind.put(sight.teacher(), sight) != null) {
                throw new IllegalArgumentException("teachers " + sight.teacher() + " are named twice");
            }
        }
        return new Coverage(
                Arrays.stream(TeacherKind.values())
                        .map(kind -> byKind.getOrDefault(kind, new Sight(kind, Extent.UNMEASURED, "")))
                        .toList(),
                evasion);
    }

    /** Whether it was measured on teachers with a trait, and sees none of their kinds: what it does not find says nothing. */
    public boolean blind() {
        List<Extent> traits = Stream.of(TeacherKind.PROMPTED, TeacherKind.STEERED, TeacherKind.FINE_TUNED)
                .map(this::of)
                .filter(extent -> extent != Extent.UNMEASURED)
                .toList();
        return !traits.isEmpty() && traits.stream().allMatch(extent -> extent == Extent.UNSEEN);
    }

    /** How well teachers of a kind are seen. */
    public Extent of(TeacherKind teacher) {
        return sights.stream()
                .filter(sight -> sight.teacher() == teacher)
                .map(Sight::extent)
                .findFirst()
                .orElseThrow();
    }
}
