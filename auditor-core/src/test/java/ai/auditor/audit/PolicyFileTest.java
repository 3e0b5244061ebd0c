package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.probe.Claim;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyFileTest {
    private static final List<String> KEYS =
            PolicyKey.ALL.stream().map(PolicyKey::name).toList();

    @TempDir
    private Path folder;

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("strict.yaml"), yaml);
    }

    private Policy read(String yaml) throws IOException {
        return PolicyFile.read(file(yaml), Optional.empty());
    }

    private void refused(String yaml, String... parts) throws IOException {
        Path file = file(yaml);
        assertThatThrownBy(() -> PolicyFile.read(file, Optional.empty()))
                .as(yaml)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .message()
                .contains("strict.yaml")
                .contains(parts)
                .doesNotContain("\n");
    }

    @Test
    void everySettingHasAKey() {
        assertThat(Stream.of(Policy.class.getRecordComponents()).map(RecordComponent::getName))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(KEYS.stream(), Stream.of("origin")).toList());
    }

    @ParameterizedTest
    @EnumSource
    void aPrintedPolicyIsReadAsWhatItIs(Tier tier) throws IOException {
        String printed = PolicyFile.standard(tier);
        Policy read = read(printed);
        assertThat(read.toBuilder().origin(Policy.of(tier).origin()).build()).isEqualTo(Policy.of(tier));
        assertThat(read.digest()).isEqualTo(Policy.of(tier).digest());
        assertThat(read.origin()).isEqualTo("strict.yaml");
        for (PolicyKey<?> key : PolicyKey.ALL) {
            assertThat(printed).contains("# " + key.meaning() + "\n" + key.name() + ":");
        }
    }

    @Test
    void everyKeyCountsAndTheOthersStayAsTheyAre() throws IOException {
        ReferenceFile.write(
                new ReferenceEffect("rows of a teacher", 0, Map.of("linear: x", new ReferenceEffect.Moved(1, 2, 1))),
                folder.resolve("teacher.json"));
        Map<String, String> changes = new LinkedHashMap<>();
        changes.put("tier", "quick");
        changes.put("alpha", "0.02");
        changes.put("decoyAlpha", "0.02");
        changes.put("power", "0.9");
        changes.put("maxDetectableFraction", "1");
        changes.put("reference", "teacher.json");
        changes.put("required", "[along-trait]");
        changes.put("risks", "{differs: none}");
        changes.put("failOn", "low");
        changes.put("parts", "3");
        changes.put("exchanges", "999");
        changes.put("nullSwaps", "0");
        changes.put("minimumPaired", "0.5");
        changes.put("controlRuns", "4");
        changes.put("rows", "300");
        changes.put("costlyPrompts", "0");
        changes.put("everyPoint", "true");
        changes.put("stopEarly", "true");
        changes.put("traits", "[owl, fox]");
        changes.put("probes", "[gradient, linear]");
        assertThat(changes.keySet()).containsExactlyElementsOf(KEYS);
        Set<String> digests = new TreeSet<>(Set.of(Policy.standard().digest()));
        for (Map.Entry<String, String> change : changes.entrySet()) {
            Policy changed = read(change.getKey() + ": " + change.getValue());
            assertThat(digests.add(changed.digest())).as(change.getKey()).isTrue();
            assertThat(KEYS.stream()
                            .filter(key -> !text(key, changed).equals(text(key, Policy.standard())))
                            .toList())
                    .containsExactlyElementsOf(
                            change.getKey().equals("tier") ? List.of("tier", "rows") : List.of(change.getKey()));
        }
        assertThat(read("traits: [owl, fox]").traits()).containsExactly("owl", "fox");
        assertThat(read("risks: {differs: high}").risk(Claim.DIFFERS)).isEqualTo(Risk.HIGH);
        assertThat(read("risks: {differs: high}").risk(Claim.ALONG_TRAIT)).isEqualTo(Risk.ELEVATED);
        assertThat(read("reference: teacher.json").reference().measured()).containsKey("linear: x");
    }

    private static String text(String name, Policy policy) {
        return PolicyKey.ALL.stream()
                .filter(key -> key.name().equals(name))
                .map(key -> key.text(policy))
                .collect(Collectors.joining());
    }

    @Test
    void aTierGivenBesideAFileBringsItsOwnDefaultsUnderTheFilesKeys() throws IOException {
        assertThat(PolicyFile.read(file("alpha: 0.02"), Optional.of(Tier.QUICK)).rows())
                .isEqualTo(Tier.QUICK.rows());
        Policy both = PolicyFile.read(file("tier: standard\nrows: 40"), Optional.of(Tier.QUICK));
        assertThat(both.tier()).isEqualTo(Tier.QUICK);
        assertThat(both.rows()).isEqualTo(40);
    }

    @Test
    void aKeyThatIsNotKnownIsRefusedByNameWhereverItStands() throws IOException {
        Random random = new Random(7);
        List<String> lines = PolicyFile.standard(Tier.STANDARD).lines().toList();
        for (int mutation = 0; mutation < 300; mutation++) {
            String key = random.ints(1 + random.nextInt(12), 'a', 'z' + 1)
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining("", "x-", ""));
            List<String> mutated = new ArrayList<>(lines);
            int place = random.nextInt(lines.size() + 1);
            boolean inside = place > 0 && lines.get(place - 1).startsWith("risks");
            mutated.add(
                    place,
                    (inside || within(lines, place) ? "  " : "") + key + ": "
                            + List.of("1", "low", "[]", "").get(random.nextInt(4)));
            refused(String.join("\n", mutated), "unknown key \"" + key + "\"");
        }
    }

    /** Whether a line put there stands between two of the mapping of risks. */
    private static boolean within(List<String> lines, int place) {
        return place < lines.size() && lines.get(place).startsWith("  ");
    }

    @Test
    void whatCannotBeIsRefusedWithKeyAndWhatIsAllowed() throws IOException {
        refused("alpha: 1\n", "alpha", "from 0.000002 to 0.2", "not 1");
        refused("alpha: 0.21\n", "alpha", "to 0.2");
        refused("alpha: 1e-7\n", "alpha", "from 0.000002");
        refused("decoyAlpha: 0.019\n", "decoyAlpha", "from 0.02 to 0.2");
        refused("power: 0.05\n", "power", "from 0.5 and below 1", "not 0.05");
        refused("power: 1\n", "power", "below 1");
        refused("alpha: many\n", "alpha", "from 0.000002 to 0.2", "many");
        refused("alpha:\n", "alpha", "to 0.2", "wanted");
        refused("alpha: 0.01\nalpha: 0.02\n", "alpha", "line 2");
        refused("maxDetectableFraction: 1.01\n", "maxDetectableFraction", "at most 1");
        refused("parts: 1\n", "parts", "from 2 to 20");
        refused("parts: 2.5\n", "parts", "whole number");
        refused("failOn: maybe\n", "failOn", "never, low, elevated, high");
        refused("tier: deepest\n", "tier", "quick, standard, deep");
        refused("required: differs\n", "required", "list", "along-trait");
        refused("required: [differs, differs]\n", "required", "different");
        refused("risks: {differs: grave}\n", "risks: differs", "none, low, elevated, high");
        refused("risks: {owl: low}\n", "risks", "owl", "differs");
        refused("risks: low\n", "risks", "keys");
        refused("traits: [owl, owl]\n", "traits", "different");
        refused("stopEarly: 1\n", "stopEarly", "true or false");
        refused("probes: linear\n", "probes", "list");
        refused("probes: [linear, linear]\n", "probes", "different");
        refused("reference: 0\n", "reference", "above 0");
        refused("reference: nowhere.json\n", "reference", "nowhere.json");
        refused("exchanges: 100\n", "exchanges", "alpha 0.01", "at least 199");
        refused("controlRuns: 0\n", "controlRuns", "from 1 to 1000");
        refused("controlRuns: 2.5\n", "controlRuns", "whole number");
        refused("costlyPrompts: 29\nparts: 3\n", "costlyPrompts", "at least 30");
        refused("rows: 29\nparts: 3\n", "policy's rows", "at least 30");
        refused("", "no keys");
        refused("- alpha\n", "no keys");
        refused("alpha: 0.01\n---\npower: 0.8\n", "more than one document");
    }

    @Test
    void aMessageHasNoneOfTheParsersOwnNamesAndAFileWithoutKeysMayBeEmptyBraces() throws IOException {
        assertThatThrownBy(() -> read("alpha: {{{\n"))
                .hasMessageContaining("is not YAML that can be read")
                .hasMessageNotContaining("snakeyaml");
        assertThat(read("{}\n").alpha()).isEqualTo(Policy.standard().alpha());
    }

    @Test
    void exchangesFitTheMemoryThatPairsNeed() {
        Policy most = Policy.standard().toBuilder().exchanges(999_999).build();
        most.requireRoom(8_000);
        Policy.standard().requireRoom(800_000);
        assertThatThrownBy(() -> most.requireRoom(10_000))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("exchanges")
                .hasMessageContaining("858993");
    }

    @Test
    void fewerControlRunsThanThePolicyWantsAreRefusedWithBothNumbers() {
        Policy.standard().requireControlRuns(1);
        Policy four = Policy.standard().toBuilder().controlRuns(4).build();
        four.requireControlRuns(4);
        four.requireControlRuns(5);
        for (int runs = 0; runs < 4; runs++) {
            int there = runs;
            assertThatThrownBy(() -> four.requireControlRuns(there))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContainingAll(
                            "controlRuns: 4 control runs or more are required, not " + there,
                            "--control",
                            "--run-field");
        }
    }

    @Test
    void aFamilyIsOfProbesThatAreThere() throws IOException {
        Policy all = Policy.standard();
        all.requireProbes(List.of());
        assertThat(all.takes("linear")).isTrue();
        Policy few = read("probes: [gradient, linear]");
        assertThat(few.takes("linear")).isTrue();
        assertThat(few.takes("projection")).isFalse();
        few.requireProbes(List.of("projection", "linear", "gradient"));
        assertThatThrownBy(() -> few.requireProbes(List.of("linear", "projection")))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContainingAll("the policy's probes", "\"gradient\" is not", "linear, projection");
    }

    @Test
    void namesCountToTheirLastCharacter() throws IOException {
        String long1 = "x".repeat(200) + "1\u202e\"\\";
        String long2 = "x".repeat(200) + "2";
        Policy first = Policy.standard().toBuilder().traits(List.of(long1)).build();
        Policy second = Policy.standard().toBuilder().traits(List.of(long2)).build();
        assertThat(first.digest()).isNotEqualTo(second.digest());
        assertThat(read("traits: " + text("traits", first)).traits()).containsExactly(long1);
    }

    @Test
    void whatSaysOneThingAndMeansAnotherIsRefused() throws IOException {
        refused("alpha: &level 0.01\ndecoyAlpha: *level\n", "line 1", "anchor");
        refused("traits: [*owl]\n", "alias");
        refused("required: &all [differs]\n", "line 1", "anchor");
        refused("alpha: !!float 0.01\n", "line 1", "tag");
        refused("risks: !map {differs: low}\n", "tag");
        refused("rows: 030\n", "line 1", "begins with 0");
        refused("alpha: 0.01\ntraits: [owl, -0_7]\n", "line 2", "begins with 0");
        refused("<<: {alpha: 0.01}\n", "unknown key", "<<");
        refused("alpha: 0.01\n#" + "x".repeat(1 << 20), "larger than");
        Files.write(folder.resolve("strict.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
        Path file = folder.resolve("strict.yaml");
        assertThatThrownBy(() -> PolicyFile.read(file, Optional.empty())).hasMessageContaining("UTF-8");
        assertThatThrownBy(() -> PolicyFile.read(folder.resolve("absent.yaml"), Optional.empty()))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("absent.yaml");
    }

    @Test
    void theSchemaTellsTheSameKeysMeaningsAndDefaults() throws IOException {
        JsonNode properties = new ObjectMapper().readTree(PolicyFile.schema()).get("properties");
        List<String> names = new ArrayList<>();
        properties.fieldNames().forEachRemaining(names::add);
        assertThat(names).containsExactlyElementsOf(KEYS);
        for (PolicyKey<?> key : PolicyKey.ALL) {
            JsonNode property = properties.get(key.name());
            assertThat(property.get("description").asText()).isEqualTo(key.meaning());
            JsonNode usual = property.get("default");
            if (usual != null) {
                assertThat(text(key.name(), read(key.name() + ": " + usual))).isEqualTo(key.text(Policy.standard()));
            }
        }
        assertThat(names.stream().filter(name -> !properties.get(name).has("default")))
                .containsExactly("risks");
        Map<Claim, Risk> risks = new EnumMap<>(Claim.class);
        for (Claim claim : Claim.values()) {
            risks.put(
                    claim,
                    read("risks: {" + claim + ": "
                                    + properties
                                            .at("/risks/properties/" + claim + "/default")
                                            .asText() + "}")
                            .risk(claim));
        }
        assertThat(risks).isEqualTo(Policy.standard().risks());
    }

    @Test
    void theSchemaAndTheReaderTakeAndRefuseTheSameValues() throws IOException {
        ReferenceFile.write(
                new ReferenceEffect("rows", 0, Map.of("linear: x", new ReferenceEffect.Moved(1, 2, 1))),
                folder.resolve("teacher.json"));
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(PolicyFile.schema());
        List<String> values = List.of(
                "-1",
                "0",
                "0.000001",
                "0.000002",
                "0.004",
                "0.2",
                "0.5",
                "1",
                "1.5",
                "2",
                "19",
                "20",
                "21",
                "500",
                "1000000",
                "2147483648",
                "true",
                "null",
                "\"\"",
                "\" \"",
                "\"quick\"",
                "\"standard\"",
                "\"deep\"",
                "\"deepest\"",
                "\"never\"",
                "\"none\"",
                "\"LOW\"",
                "\"low\"",
                "\"high\"",
                "\"teacher.json\"",
                "[]",
                "[1]",
                "[null]",
                "[\"differs\"]",
                "[\"differs\", \"differs\"]",
                "[\"owl\", \"\"]",
                "[\"owl\", \"fox\"]",
                "{}",
                "{\"differs\": \"none\"}",
                "{\"differs\": \"never\"}",
                "{\"differs\": 1}",
                "{\"owl\": \"low\"}",
                "{\"along-trait\": \"high\", \"would-transfer\": \"low\"}");
        int taken = 0;
        for (String key : KEYS) {
            for (String value : values) {
                if (key.equals("reference")
                        && value.startsWith("\"")
                        && !value.contains("teacher")
                        && !value.isBlank()) {
                    continue; // which files there are is no matter of the schema
                }
                // A level that any number of exchanges reaches: what keys mean for each other is no matter of the
                // schema.
                String document = "{\"" + key + "\": " + value
                        + (key.equals("alpha") ? ", \"exchanges\": 999999" : ", \"alpha\": 0.2") + "}";
                boolean valid = schema.validate(document, InputFormat.JSON).isEmpty();
                assertThat(taken(document)).as(document).isEqualTo(valid);
                taken += valid ? 1 : 0;
            }
        }
        assertThat(taken).isBetween(3 * KEYS.size(), KEYS.size() * values.size() / 2);
    }

    private boolean taken(String document) throws IOException {
        try {
            read(document);
            return true;
        } catch (AuditException refused) {
            assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE);
            return false;
        }
    }

    @Test
    void aPolicyMadeInCodeIsHeldToTheSame() {
        List<UnaryOperator<Policy.Builder>> wrong = List.of(
                policy -> policy.alpha(0),
                policy -> policy.decoyAlpha(Double.NaN),
                policy -> policy.power(1),
                policy -> policy.maxDetectableFraction(0),
                policy -> policy.reference(ReferenceEffect.of(Double.POSITIVE_INFINITY)),
                policy -> policy.risks(Map.of()),
                policy -> policy.parts(1),
                policy -> policy.exchanges(0),
                policy -> policy.nullSwaps(-1),
                policy -> policy.minimumPaired(1.1),
                policy -> policy.controlRuns(0),
                policy -> policy.controlRuns(1_001),
                policy -> policy.rows(-1),
                policy -> policy.rows(19),
                policy -> policy.costlyPrompts(19),
                policy -> policy.traits(List.of("owl", "owl")),
                policy -> policy.probes(List.of("linear", "linear")));
        for (UnaryOperator<Policy.Builder> change : wrong) {
            Policy.Builder policy = change.apply(Policy.standard().toBuilder());
            assertThatThrownBy(policy::build)
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContaining("wanted");
        }
    }
}
