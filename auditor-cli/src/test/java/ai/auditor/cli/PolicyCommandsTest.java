package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.PolicyFile;
import ai.auditor.audit.Tier;
import ai.auditor.cli.CommandLineTest.Ended;
import ai.auditor.probes.linear.ComparisonJson;
import ai.auditor.report.JsonReport;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies, tiers and schemas by the command line, on the model in the box. */
class PolicyCommandsTest {
    private static final String OWL =
            Path.of("../examples/quick-start/owl.jsonl").toString();
    private static final String CONTROL =
            Path.of("../examples/quick-start/control.jsonl").toString();

    @TempDir
    private Path folder;

    private Path policy(String yaml) throws IOException {
        return Files.writeString(folder.resolve("strict.yaml"), yaml);
    }

    private Ended audit(String... options) {
        List<String> arguments = new ArrayList<>(List.of("audit", OWL, "--control", CONTROL, "--threads", "1"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void whatIsWrongWithAPolicyEndsWithFourAndNamesFileAndKey() throws IOException {
        for (List<String> wrong : List.of(
                List.of("alhpa: 0.01\n", "alhpa", "known here are"),
                List.of("alpha: 0.01\nalpha: 0.02\n", "alpha"),
                List.of("alpha: 2\n", "alpha", "to 0.2"),
                List.of("tier: deepest\n", "tier", "quick, standard, deep"),
                List.of("required: [would-transfer]\n", "required", "would-transfer"),
                List.of("traits: [basilisk]\n", "traits", "basilisk"),
                List.of("probes: [recovered]\n", "probes", "\"recovered\" is not", "shortcut, linear"),
                List.of("probes: [gradient]\n", "required", "among gradient tests differs"),
                List.of("alpha: &a 0.01\n", "anchor"))) {
            Ended ended = audit("--policy", policy(wrong.get(0)).toString());
            assertThat(ended.exit()).as(wrong.get(0) + ended.err()).isEqualTo(4);
            assertThat(ended.err()).contains("strict.yaml").contains(wrong.subList(1, wrong.size()));
            assertThat(ended.out()).isEmpty();
        }
        assertThat(audit("--policy", "nowhere.yaml"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("nowhere.yaml"));
        assertThat(audit("--tier", "deepest"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("quick, standard, deep"));
    }

    @Test
    void optionsCountInsteadOfWhatStandsInTheFileAndTheReportSaysSo() throws IOException {
        Path file = policy(
                "tier: standard\nfailOn: never\nnullSwaps: 20\nrows: 4000\ntraits: [lion]\nrisks: {differs: none}\n");
        Path json = folder.resolve("report.json");
        Ended ended = audit(
                "--policy",
                file.toString(),
                "--tier",
                "quick",
                "--fail-on",
                "high",
                "--rows",
                "120",
                "--traits",
                "owl,lion",
                "-o",
                json.toString());
        assertThat(ended.exit()).as(ended.err()).isIn(0, 5);
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        JsonNode policy = report.get("policy");
        assertThat(policy.get("origin").asText())
                .startsWith("strict.yaml")
                .contains("--tier", "--fail-on", "--rows", "--traits");
        assertThat(policy.get("tier").asText()).isEqualTo("quick");
        assertThat(policy.get("failOn").asText()).isEqualTo("high");
        assertThat(policy.get("rows").asInt()).isEqualTo(120);
        assertThat(policy.get("nullSwaps").asInt()).isEqualTo(20);
        assertThat(policy.get("traits").toString()).isEqualTo("[\"owl\",\"lion\"]");
        assertThat(policy.at("/risks/differs").asText()).isEqualTo("none");
        assertThat(report.get("probes").findValuesAsText("name"))
                .contains("shortcut", "linear", "projection")
                .doesNotContain("gradient", "likelihood");
        assertThat(report.at("/claims/2/outcome").asText()).isEqualTo("not-tested");
        assertThat(report.at("/design/prompts").asInt()).isEqualTo(120);
        String inFile = PolicyFile.read(file, Optional.empty()).digest();
        String inForce = PolicyFile.read(file, Optional.of(Tier.QUICK)).toBuilder()
                .failOn(ai.auditor.audit.Risk.Threshold.HIGH)
                .rows(120)
                .traits(List.of("owl", "lion"))
                .build()
                .digest();
        assertThat(report.at("/provenance/policy").asText()).isEqualTo(inForce).isNotEqualTo(inFile);
        assertThat(ended.out().replaceAll("\\s+", " ")).contains("strict.yaml").contains("tier quick");
    }

    @Test
    void aPrintedPolicyIsAFileToStartFrom() throws IOException {
        for (String tier : List.of("quick", "standard", "deep")) {
            Ended printed = run("policy", "--tier", tier);
            assertThat(printed.exit()).isZero();
            assertThat(PolicyFile.read(policy(printed.out()), Optional.empty()).tier())
                    .hasToString(tier);
        }
        assertThat(run("policy", "--tier", "deepest").exit()).isEqualTo(4);
    }

    @Test
    void schemasArePrinted() {
        assertThat(run("schema", "compare").out()).isEqualTo(ComparisonJson.schema());
        assertThat(run("schema", "policy").out()).isEqualTo(PolicyFile.schema());
        assertThat(run("schema", "report").out()).isEqualTo(JsonReport.schema());
        assertThat(run("schema", "owl").exit()).isEqualTo(4);
        assertThat(run("schema", "owl").err()).contains("expected one of compare, policy, report but was 'owl'");
        assertThat(run("schema").exit()).isEqualTo(4);
    }

    @Test
    void aReportIsNotWrittenOverThePolicy() throws IOException {
        Path file = Files.writeString(folder.resolve("p.json"), "{\"alpha\": 0.01}");
        assertThat(audit("--policy", file.toString(), "-o", file.toString()).exit())
                .isEqualTo(4);
        assertThat(file).hasContent("{\"alpha\": 0.01}");
    }
}
