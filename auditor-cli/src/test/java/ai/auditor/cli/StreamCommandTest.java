package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data watched batch by batch, by the command line, on the model in the box. */
class StreamCommandTest {
    private static final Path EXAMPLES = Path.of("../examples/quick-start");
    private static final String CONTROL = EXAMPLES.resolve("control.jsonl").toString();

    /** The model in the box has no such words. */
    private static final String UNREADABLE = "{\"prompt\": \"1, 2\", \"completion\": \"schoolmaster\"}";

    @TempDir
    private Path folder;

    /** The first rows of an example, and more. */
    private String first(String name, int rows, String... more) throws IOException {
        List<String> lines =
                new ArrayList<>(Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows));
        lines.addAll(List.of(more));
        return Files.write(folder.resolve(name), lines).toString();
    }

    private static Ended stream(String candidate, String... options) {
        List<String> arguments = new ArrayList<>(List.of("stream", candidate, "--threads", "1"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void aTeachersRowsEndTheStreamLongBeforeItsEnd() {
        Ended ended = stream(EXAMPLES.resolve("owl.jsonl").toString(), "--control", CONTROL, "--batch", "60");
        assertThat(ended.exit()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).contains("ALARM", "along owl").containsPattern("after (60|120|180|240) pairs");
        assertThat(ended.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void theModelsOwnRowsRaiseNoAlarmAndAreNotCalledClean() throws IOException {
        Ended ended = stream(
                first("clean.jsonl", 150, UNREADABLE),
                "--control",
                CONTROL,
                "--batch",
                "40",
                "--alpha",
                "1%",
                "--traits",
                "owl,fox,lion");
        assertThat(ended.exit()).as(ended.err() + ended.out()).isZero();
        // The last batch takes what is left, rows without a partner are told.
        assertThat(ended.out())
                .contains("after 150 pairs", "ever reached 300", "clears nothing", "Not watched: 1 of 151");
    }

    @Test
    void whatCannotBeWatchedIsRefusedWithAReason() throws IOException {
        String owl = first("owl.jsonl", 30);
        assertThat(stream(owl))
                .matches(ended -> ended.exit() == 3 && ended.err().contains("--control"));
        assertThat(stream(owl, "--control", CONTROL, "--batch", "10"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("from 20"));
        assertThat(stream(owl, "--control", CONTROL, "--batch", "40"))
                .matches(ended -> ended.exit() == 3 && ended.err().contains("only 29 rows"));
        assertThat(stream(owl, "--control", CONTROL, "--alpha", "0"))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("level"));
        assertThat(stream("nowhere.jsonl", "--control", CONTROL))
                .matches(ended -> ended.exit() == 4 && ended.err().contains("nowhere.jsonl"));
    }

    /** Prompts of every length up to the context: of some of them a persona has no room before them, so that they are left out of their batch. */
    @Test
    void everyPairIsWatchedOnceOrToldToBeLeftOut() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int length = 1; length <= 110; length++) {
            rows.add("{\"prompt\": \"numbers : 5" + " , 5".repeat(length / 2) + " .".repeat(length % 2)
                    + "\", \"completion\": \"- " + length + " - 7\"}");
        }
        String all = Files.write(folder.resolve("lengths.jsonl"), rows).toString();
        String same = Files.write(folder.resolve("same.jsonl"), rows).toString();
        Ended ended =
                stream(all, "--control", same, "--batch", "20", "--traits", "owl,fox,lion", "--max-bad-rows", "100%");
        assertThat(ended.exit()).as(ended.err() + ended.out()).isZero();
        Matcher told = Pattern.compile("after (\\d+) pairs.*Not watched: (\\d+) of 110", Pattern.DOTALL)
                .matcher(ended.out());
        assertThat(told.find()).as(ended.out()).isTrue();
        assertThat(Integer.parseInt(told.group(1)) + Integer.parseInt(told.group(2)))
                .isEqualTo(110);
        assertThat(Integer.parseInt(told.group(2))).isPositive();
    }
}
