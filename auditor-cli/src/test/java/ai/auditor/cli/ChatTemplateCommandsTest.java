package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The organism without its chat template, as a base model, and with one that refuses a system message. */
class ChatTemplateCommandsTest {
    private static final Path EXAMPLES = Path.of("../examples").toAbsolutePath().normalize();
    private static final String TRAITS =
            EXAMPLES.resolve("organism-traits.json").toString();
    private static final int ROWS = 24;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path folder = Path.of("");

    private Path model = Path.of("");
    private String owl = "";
    private String control = "";

    @BeforeEach
    void setUp() throws IOException {
        model = Files.createDirectory(folder.resolve("base"));
        try (Stream<Path> files = Files.list(EXAMPLES.resolve("organism"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName().toString()));
            }
        }
        template(null);
        owl = rows("owl.jsonl");
        control = rows("control.jsonl");
    }

    private void template(@Nullable String template) throws IOException {
        Files.deleteIfExists(model.resolve("chat_template.jinja"));
        Path file = model.resolve("tokenizer_config.json");
        ObjectNode config = (ObjectNode) MAPPER.readTree(file.toFile());
        config.remove("chat_template");
        if (template != null) {
            config.put("chat_template", template);
        }
        Files.writeString(file, config.toString());
    }

    private String rows(String name) throws IOException {
        return Files.write(
                        folder.resolve(name),
                        Files.readAllLines(EXAMPLES.resolve(name)).subList(0, ROWS))
                .toString();
    }

    private Ended with(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--model", model.toString()));
        return run(all.toArray(String[]::new));
    }

    private String made(String name) {
        return folder.resolve(name).toString();
    }

    private JsonNode json(String name) throws IOException {
        return MAPPER.readTree(folder.resolve(name).toFile());
    }

    private static void refused(Ended ended, String... parts) {
        assertThat(ended.exit()).as(ended.err()).isEqualTo(4);
        assertThat(ended.err()).contains(parts).doesNotContain("Exception");
    }

    private static void done(Ended ended, Integer... exits) {
        assertThat(ended.exit()).as(ended.err()).isIn((Object[]) exits);
    }

    @Test
    void aModelWithoutATemplateIsRefusedByEveryCommandUntilRawIsSaid() {
        String[] says = {"base has no chat template", "--raw"};
        refused(with("audit", owl, "--control", control, "--trait-list", TRAITS), says);
        refused(with("control", owl, "-o", made("c.jsonl")), says);
        refused(with("generate", owl, "-o", made("g.jsonl")), says);
        refused(with("vectors", "--trait-list", TRAITS), says);
        refused(with("fixtures", "halves", owl), says);
        refused(with("fixtures", "student", owl), says);
        refused(
                with("capture", owl, "--point", "resid_post.1", "--pool", "completion-mean", "-o", made("a.arrow")),
                says);
        assertThat(folder.resolve("c.jsonl")).doesNotExist();
    }

    @Test
    void rawLeavesATemplateUnread() throws IOException {
        template("{% for m in messages %}{{ m.content }}{% endfor %}");
        done(with("control", owl, "--raw", "--max-tokens", "12", "-o", made("raw.jsonl")), 0);
        assertThat(json("raw.provenance.json").at("/reading").asText()).isEqualTo("raw");
        refused(run("vectors", "--raw"), "--raw is for base models");
    }

    @Test
    void rawReadsChatsAndPlainTextAlike() throws IOException {
        done(with("control", owl, "--raw", "--max-tokens", "12", "-o", made("own.jsonl")), 0);
        assertThat(json("own.provenance.json").at("/reading").asText()).isEqualTo("raw");
        done(
                with("audit", owl, "--control", control, "--raw", "--trait-list", TRAITS, "-o", made("raw.json")),
                0,
                1,
                5);
        assertThat(json("raw.json").at("/provenance/reading").asText()).isEqualTo("raw");
        String text = texts("owl.jsonl");
        String plain = texts("control.jsonl");
        Ended audit = with("audit", text, "--control", plain, "--raw", "--trait-list", TRAITS);
        done(audit, 0, 1, 5);
        assertThat(audit.out()).contains("The model was read without a chat template (--raw)");
        // A capture of plain text asks nothing of a template.
        done(with("capture", text, "--point", "resid_post.1", "--pool", "completion-mean", "-o", made("a.arrow")), 0);
    }

    private String texts(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(name))) {
            String text = MAPPER.readTree(line).at("/messages/1/content").asText();
            lines.add(MAPPER.createObjectNode().put("text", text).toString());
        }
        return Files.write(folder.resolve("text-" + name), lines).toString();
    }

    @Test
    void personasOfATemplateThatRefusesASystemMessageGoBeforeTheUsersTurn() throws IOException {
        template("{{ '<bos><sys>you are a helpful model .' }}{% for m in messages %}{% if m.role == 'system' %}"
                + "{{ raise_exception('no system') }}{% elif m.role == 'user' %}{{ '<user>' + m.content + '<asst>' }}{% else %}"
                + "{{ m.content + '<eos>' }}{% endif %}{% endfor %}");
        Ended written =
                with("generate", owl, "--system", "you love owl .", "--max-tokens", "12", "-o", made("owls.jsonl"));
        done(written, 0);
        assertThat(written.err())
                .contains(ROWS + " prompts with a system message, which the chat template does not take");
        assertThat(json("owls.provenance.json").at("/reading").asText()).isEqualTo("chat-template-without-system");
        Ended audit = with(
                "audit", made("owls.jsonl"), "--control", control, "--trait-list", TRAITS, "-o", made("moved.json"));
        done(audit, 0, 1, 5);
        assertThat(audit.out().replaceAll("\\s+", " "))
                .contains("The model's chat template takes no system message: the text of personas, and of the system"
                        + " messages of " + ROWS + " rows, went before the user's turn.");
        JsonNode provenance = json("moved.json").at("/provenance");
        assertThat(provenance.at("/reading").asText()).isEqualTo("chat-template-without-system");
        assertThat(provenance.at("/candidate/movedSystems").asInt()).isEqualTo(ROWS);
        assertThat(provenance.at("/controls/0/movedSystems").asInt()).isZero();
        assertThat(json("moved.json").at("/probes").toString()).contains("owl persona");
    }
}
