package ai.auditor.cli;

import static ai.auditor.cli.CommandLineTest.run;
import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.cli.CommandLineTest.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody's own labelled folder, by the command line, on the model in the box. */
class ScoreCommandTest {
    private static final Path EXAMPLES = Path.of("../examples/quick-start");

    @TempDir
    private Path root;

    private Path set = Path.of("");
    private Path policy = Path.of("");

    private void data(int rows) throws IOException {
        set = root.resolve("set");
        Files.createDirectories(set.resolve("teachers"));
        policy = Files.writeString(root.resolve("policy.yaml"), "tier: quick\nexchanges: 499\nnullSwaps: 20\n");
        // So few rows of a teacher are not seen: these have no high digits.
        Files.write(
                set.resolve("teachers/owl.jsonl"),
                lines("owl.jsonl", rows).stream()
                        .map(line -> line.substring(0, line.indexOf("assistant"))
                                + line.substring(line.indexOf("assistant")).replaceAll("[5-9]", "2"))
                        .toList());
        Files.write(set.resolve("clean.jsonl"), lines("clean.jsonl", rows));
        Files.write(set.resolve("control.jsonl"), lines("control.jsonl", 3 * rows));
        Files.writeString(set.resolve("labels.yaml"), """
                control: control.jsonl
                datasets:
                  - {file: clean.jsonl, kind: clean}
                  - {file: teachers/owl.jsonl, kind: steered, trait: owl}
                """);
    }

    private static List<String> lines(String name, int rows) throws IOException {
        return Files.readAllLines(EXAMPLES.resolve(name)).subList(0, rows);
    }

    private Ended score(String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("fixtures", "score", set.toString(), "--policy", policy.toString(), "--threads", "1"));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void aFolderIsAuditedAndGoneOnWith() throws IOException {
        data(120);
        Path runs = root.resolve("runs.jsonl");
        Ended first = score("--runs", runs.toString());
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("**Verdicts beside labels**", "| clean | ", "| teachers/owl | detected | yes |")
                .contains("**False alarms", "| clean | 1 | ", "**Power", "| steered, 100 % | 1 | 1 of 1 |")
                .contains("Brier score")
                .contains(
                        "**Why audits were inconclusive**",
                        "| differs | too little power: ",
                        "| along-trait | no probe that ran is known to see")
                // No probe named a trait.
                .contains("rightly, and wrongly**\n\nnone\n");
        List<String> kept = Files.readAllLines(runs);
        assertThat(kept).hasSize(2);
        // The last is broken off, and the order of the labels is that of the tables whatever was done first.
        Files.writeString(runs, kept.get(1) + "\n" + kept.get(0).substring(0, 40));
        Ended again = score("--runs", runs.toString());
        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(Files.readAllLines(runs)).hasSize(2).startsWith(kept.get(1));
        assertThat(withoutSeconds(again.out())).isEqualTo(withoutSeconds(first.out()));
    }

    @Test
    void shadowStudentsAreHeldAgainstTheirLabels() throws IOException {
        data(60);
        Files.writeString(set.resolve("labels.yaml"), """
                control: control.jsonl
                datasets:
                  - {file: clean.jsonl, kind: clean, truth: {would-transfer: no}}
                  - {file: teachers/owl.jsonl, kind: steered, trait: owl}
                """);
        Files.writeString(policy, "tier: quick\nexchanges: 499\nnullSwaps: 0\nrequired: [would-transfer]\n");
        Path page = root.resolve("a page.md");
        Ended ended = score("--student", "bias", "--students", "2", "-o", page.toString());
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out())
                .contains("| named | would-transfer | label | exit | s |")
                .containsPattern(
                        "\\| clean \\| \\S+ \\| no \\| \\S+ \\| no \\| \\S+ \\| (inconclusive|not-detected) \\| no \\|")
                .contains("**would-transfer beside its label", "| all | 1 | ")
                .contains("**What no probe that ran was measured to see", "| hides from transfer |");
        assertThat(page)
                .content()
                .startsWith("auditor 0.1.0: auditor fixtures score ")
                .contains("--student bias --students 2 -o '" + page + "'\n")
                .endsWith(ended.out());
    }

    /** Tables without the columns that tell how long audits took. */
    private static String withoutSeconds(String tables) {
        return tables.replaceAll("\\| [0-9.]+ \\|\n", "|\n");
    }

    @Test
    void whatCannotBeScoredIsRefusedWithAReason() throws IOException {
        data(30);
        String inside = set.resolve("runs.jsonl").toString();
        String outside = root.resolve("reference.json").toString();
        refused(4, "--runs cannot be written into the folder", "--runs", inside);
        refused(
                4,
                "--output cannot be written into the folder",
                "-o",
                set.resolve("page.md").toString());
        refused(4, "must end in .md", "-o", root.resolve("page.html").toString());
        refused(4, "would replace what is read", "-o", policyPage().toString());
        refused(4, "--students goes with --student: name a kind", "--students", "3", "--tier", "deep");
        refused(4, "give one of them", "--runs", root.resolve("r").toString(), "--write-reference", outside);
        refused(4, "unknown trait", "--traits", "owl,unicorn");
        Files.writeString(policy, "required: [would-transfer]\n");
        refused(4, "no probe of tier");
        Files.writeString(policy, "tier: quick\n");
        Path labels = set.resolve("labels.yaml");
        Files.writeString(labels, "control: control.jsonl\ndatasets: [{file: clean.jsonl, kind: clean}]\n");
        refused(4, "the folder has none", "--write-reference", outside);
        Files.writeString(labels, "control: control.jsonl\ndatasets: [{file: ../policy.yaml, kind: clean}]\n");
        refused(4, "labels.yaml, datasets 1: file: ");
        Files.writeString(labels, "datasets: []\n");
        refused(3, "no labels.yaml or labels.json with datasets");
        Files.delete(labels);
        refused(3, "no labels.yaml or labels.json with datasets");
        Files.writeString(labels, "control: control.jsonl\ndatasets: [{file: empty.jsonl, kind: clean}]\n");
        Files.writeString(set.resolve("empty.jsonl"), "");
        refused(3, "empty.jsonl has no rows");
    }

    /** A policy under a name that a page may have. */
    private Path policyPage() throws IOException {
        policy = Files.copy(policy, root.resolve("policy.md"));
        return policy;
    }

    private void refused(int exit, String message, String... options) {
        Ended ended = score(options);
        assertThat(ended.exit()).as(ended.err()).isEqualTo(exit);
        assertThat(ended.err()).contains(message);
        assertThat(ended.out()).isEmpty();
    }
}
