package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Test
    void anAdapterOfTheOrganismIsNotTestedWhereItShowsNothing() {
        Ended ended = audit(List.of("--student", "lora", "--students", "2", "--costly-prompts", "20"));
        assertThat(ended.exit()).as(ended.err()).isIn(0, 1, 5);
        assertThat(ended.out().replaceAll("\\s+", " "))
                .contains("lora-8 students")
                .contains("would-transfer");
    }
}
