package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Settings;
import ai.auditor.probe.Claim;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Which values a key of a policy takes: how they are read, checked and written. */
interface PolicyValues<T> {
    /** What is wanted, after which a message says "is wanted". */
    String allowed();

    /** Whether a value is one of them. */
    boolean holds(T value);

    /** The value of a key in a file; empty where it is not there. */
    Optional<T> read(Settings settings, String key);

    /** The value as a policy file has it. */
    String text(T value);

    /** Numbers between two ends, each itself allowed or not. */
    record Shares(double least, boolean leastToo, double most, boolean mostToo) implements PolicyValues<Double> {
        /** From a least to a most, both allowed. */
        static Shares fromTo(double least, double most) {
            return new Shares(least, true, most, true);
        }

        /** Above 0 and up to 1. */
        static Shares upToOne() {
            return new Shares(0, false, 1, true);
        }

        @Override
        public String allowed() {
            return "a number " + (leastToo ? "from " : "above ") + shown(least)
                    + (mostToo ? leastToo ? " to " : " and at most " : " and below ") + shown(most);
        }

        private static String shown(double end) {
            return BigDecimal.valueOf(end).stripTrailingZeros().toPlainString();
        }

        @Override
        public boolean holds(Double value) {
            return (leastToo ? value >= least : value > least) && (mostToo ? value <= most : value < most);
        }

        @Override
        public Optional<Double> read(Settings settings, String key) {
            return settings.value(
                    key,
                    allowed(),
                    node -> Optional.of(node)
                            .filter(JsonNode::isNumber)
                            .map(JsonNode::doubleValue)
                            .filter(this::holds));
        }

        @Override
        public String text(Double value) {
            return Double.toString(value);
        }
    }

    /** Whole numbers. */
    record Counts(int least, int most) implements PolicyValues<Integer> {
        @Override
        public String allowed() {
            return String.format(Locale.ROOT, "a whole number from %d to %d", least, most);
        }

        @Override
        public boolean holds(Integer value) {
            return value >= least && value <= most;
        }

        @Override
        public Optional<Integer> read(Settings settings, String key) {
            return settings.value(
                    key,
                    allowed(),
                    node -> Optional.of(node)
                            .filter(number -> number.isIntegralNumber() && number.canConvertToInt())
                            .map(JsonNode::intValue)
                            .filter(this::holds));
        }

        @Override
        public String text(Integer value) {
            return Integer.toString(value);
        }
    }

    /** Yes or no. */
    record Truth() implements PolicyValues<Boolean> {
        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public boolean holds(Boolean value) {
            return true;
        }

        @Override
        public Optional<Boolean> read(Settings settings, String key) {
            return settings.value(
                    key,
                    allowed(),
                    node -> Optional.of(node).filter(JsonNode::isBoolean).map(JsonNode::booleanValue));
        }

        @Override
        public String text(Boolean value) {
            return Boolean.toString(value);
        }
    }

    /** One of the names of an enumeration. */
    record Choices<E extends Enum<E>>(List<E> all, Function<E, String> name) implements PolicyValues<E> {
        static <E extends Enum<E>> Choices<E> named(List<E> all) {
            return new Choices<>(all, Enum::toString);
        }

        static <E extends Enum<E>> Choices<E> lower(List<E> all) {
            return new Choices<>(all, one -> one.name().toLowerCase(Locale.ROOT));
        }

        @Override
        public String allowed() {
            return "one of " + names();
        }

        String names() {
            return all.stream().map(name).collect(Collectors.joining(", "));
        }

        @Override
        public boolean holds(E value) {
            return all.contains(value);
        }

        @Override
        public Optional<E> read(Settings settings, String key) {
            return settings.value(key, allowed(), this::of);
        }

        Optional<E> of(JsonNode node) {
            return all.stream()
                    .filter(one -> node.isTextual() && name.apply(one).equals(node.textValue()))
                    .findFirst();
        }

        @Override
        public String text(E value) {
            return name.apply(value);
        }
    }

    /** Sets of claims. */
    record Claims() implements PolicyValues<Set<Claim>> {
        private static final Choices<Claim> CLAIMS = Choices.named(List.of(Claim.values()));

        @Override
        public String allowed() {
            return "a list of different claims out of " + CLAIMS.names();
        }

        @Override
        public boolean holds(Set<Claim> value) {
            return true;
        }

        @Override
        public Optional<Set<Claim>> read(Settings settings, String key) {
            return settings.value(key, allowed(), node -> different(node, CLAIMS::of));
        }

        @Override
        public String text(Set<Claim> value) {
            return flow(value.stream().sorted().map(CLAIMS::text));
        }
    }

    /** Names of traits, in an order of the user's. */
    record Names() implements PolicyValues<List<String>> {
        @Override
        public String allowed() {
            return "a list of different names";
        }

        @Override
        public boolean holds(List<String> value) {
            return Set.copyOf(value).size() == value.size() && value.stream().noneMatch(String::isBlank);
        }

        @Override
        public Optional<List<String>> read(Settings settings, String key) {
            return settings.value(
                    key,
                    allowed(),
                    node -> different(
                                    node,
                                    name -> Optional.of(name)
                                            .filter(JsonNode::isTextual)
                                            .map(JsonNode::textValue)
                                            .filter(text -> !text.isBlank()))
                            .map(List::copyOf));
        }

        @Override
        public String text(List<String> value) {
            return flow(value.stream().map(name -> TextNode.valueOf(name).toString()));
        }
    }

    /** A shift in control standard deviations, or a file beside the policy's. */
    record References() implements PolicyValues<ReferenceEffect> {
        @Override
        public String allowed() {
            return "a number above 0 (a shift in control standard deviations) or the name of a file";
        }

        @Override
        public boolean holds(ReferenceEffect value) {
            return value.labelled() || (value.shift() > 0 && Double.isFinite(value.shift()));
        }

        @Override
        public Optional<ReferenceEffect> read(Settings settings, String key) {
            return settings.value(key, allowed(), node -> {
                if (node.isTextual() && !node.textValue().isBlank()) {
                    try {
                        return Optional.of(ReferenceFile.read(settings.beside(key, node.textValue())));
                    } catch (AuditException refused) {
                        throw settings.refused(key, String.valueOf(refused.getMessage()));
                    }
                }
                return Optional.of(node)
                        .filter(JsonNode::isNumber)
                        .map(number -> ReferenceEffect.of(number.doubleValue()))
                        .filter(this::holds);
            });
        }

        @Override
        public String text(ReferenceEffect value) {
            return value.labelled() ? value.toString() : Double.toString(value.shift());
        }
    }

    /** A risk for each claim; one that is not named keeps its usual risk. */
    record Risks() implements PolicyValues<Map<Claim, Risk>> {
        private static final Choices<Risk> RISKS = Choices.lower(List.of(Risk.values()));

        @Override
        public String allowed() {
            return "a risk of each claim (" + RISKS.names() + ")";
        }

        @Override
        public boolean holds(Map<Claim, Risk> value) {
            return value.keySet().containsAll(List.of(Claim.values()));
        }

        @Override
        public Optional<Map<Claim, Risk>> read(Settings settings, String key) {
            return settings.mapping(key).map(inside -> {
                Map<Claim, Risk> risks = new EnumMap<>(Risk.usual());
                for (Claim claim : Claim.values()) {
                    RISKS.read(inside, claim.toString()).ifPresent(risk -> risks.put(claim, risk));
                }
                inside.end();
                return risks;
            });
        }

        @Override
        public String text(Map<Claim, Risk> value) {
            return Stream.of(Claim.values())
                    .map(claim -> "\n  " + claim + ": " + RISKS.text(value.getOrDefault(claim, Risk.NONE)))
                    .collect(Collectors.joining());
        }
    }

    private static <T> Optional<Set<T>> different(JsonNode node, Function<JsonNode, Optional<T>> meaning) {
        if (!node.isArray()) {
            return Optional.empty();
        }
        Collection<Optional<T>> all =
                StreamSupport.stream(node.spliterator(), false).map(meaning).toList();
        Set<T> values = new LinkedHashSet<>();
        boolean good = all.stream().allMatch(one -> one.map(values::add).orElse(false));
        return good ? Optional.of(values) : Optional.empty();
    }

    private static String flow(Stream<String> values) {
        return values.collect(Collectors.joining(", ", "[", "]"));
    }
}
