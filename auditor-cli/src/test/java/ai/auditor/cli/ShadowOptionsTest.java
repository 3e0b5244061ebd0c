package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which shadow students an audit trains. */
class ShadowOptionsTest {
    private static final Path DATA = Path.of("../examples").toAbsolutePath().normalize();

    private static Ended audit(List<String> options) {
        return CommandLineTest.run(Stream.concat(
                        Stream.of(
                                "audit",
                                DATA.resolve("owl.jsonl").toString(),
                                "--control",
                                DATA.resolve("control.jsonl").toString(),
                                "--threads",
                                "1",
                                "--rows",
                                "40",
                                "--quiet"),
                        options.stream())
                .toArray(String[]::new));
    }

    @Test
    void whatCannotBeEndsWithFour(@TempDir Path folder) throws IOException {
        Path colours = Files.writeString(folder.resolve("colours.json"), """
                {"name": "colours", "personas": ["you love {name} ."],
                 "traits": [{"name": "red", "plural": "red"}, {"name": "green", "plural": "green"}],
                 "placebos": []}
                """);
        for (List<String> options : List.of(
                List.of("--student", "bones"),
                List.of("--students", "3"),
                List.of("--student", "bias", "--students", "1"),
                List.of("--student", "bias", "--students", "many"),
                List.of("--student", "bias", "--students", "100000"),
                List.of("--student", "bias", "--trait-list", colours.toString()))) {
            Ended ended = audit(options);
            assertThat(ended.exit()).as(options + ended.err()).isEqualTo(4);
        }
    }

    private static JsonNode report(Path json) throws IOException {
        return new ObjectMapper().readTree(json.toFile());
    }

    @Test
    void anAdapterOfTheOrganismIsNotTestedWhereItShowsNothing(@TempDir Path folder) throws IOException {
        Path json = folder.resolve("report.json");
        Ended ended =
                audit(List.of("--student", "lora", "--students", "2", "--costly-prompts", "20", "-o", json.toString()));
        assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
        assertThat(report(json).at("/claims/2/id").asText()).isEqualTo("would-transfer");
        assertThat(report(json).at("/claims/2/outcome").asText()).isEqualTo("not-tested");
        assertThat(report(json).at("/claims/2/reason").asText())
                .contains("lora-8 students, which are known to miss traits");
    }

    @Test
    void theDeepTierTrainsStudentsOfTheOrganismsBiasesAndSaysTheSameAgain(@TempDir Path folder) throws IOException {
        List<String> reports = new ArrayList<>();
        for (String name : List.of("one.json", "again.json")) {
            Path json = folder.resolve(name);
            Ended ended = audit(
                    List.of("--tier", "deep", "--students", "2", "--costly-prompts", "20", "-o", json.toString()));
            assertThat(ended.exit()).as(ended.err()).isEqualTo(5);
            JsonNode report = report(json);
            assertThat(report.at("/claims/2/outcome").asText()).isEqualTo("inconclusive");
            assertThat(report.at("/probes"))
                    .extracting(finding -> finding.at("/name").asText())
                    .contains("recovered", "transfer");
            ((ObjectNode) report.at("/provenance")).remove("created");
            reports.add(report.toString());
        }
        assertThat(reports.get(0)).isEqualTo(reports.get(1));
    }
}
