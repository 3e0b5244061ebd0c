package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged tool as a user gets it: its launcher, its jars, and what the README says of both. */
class DistributionIT {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path HOME = ROOT.resolve("auditor-cli/target/auditor");
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final int MINUTES = 10;
    private static final int INTERRUPTED = 130;
    private static final int TERMINATED = 143;

    private record Ended(int exit, String out, String err) {}

    private static Process start(Path folder, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    private static Ended end(Path folder, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        return new Ended(
                process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    private static List<String> auditor(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/auditor").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    @Test
    void theLauncherRunsAndStandardOutputCarriesOnlyTheResult(@TempDir Path folder) throws Exception {
        Ended version = end(folder, start(folder, auditor("--version")));
        assertThat(version.exit()).isZero();
        assertThat(version.out().strip()).isEqualTo("auditor 0.1.0");
        Ended usage = end(folder, start(folder, auditor("audit", "a.jsonl", "--model", "m", "--no-such-option")));
        assertThat(usage.exit()).isEqualTo(4);
        assertThat(usage.out()).isEmpty();
        assertThat(usage.err()).contains("--no-such-option").doesNotContain("\tat ");
    }

    @Test
    void theLauncherIsFoundThroughLinks(@TempDir Path folder) throws Exception {
        Path first = Files.createSymbolicLink(folder.resolve("first"), HOME.resolve("bin/auditor"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("first"));
        for (Path link : List.of(first, second)) {
            Ended ended = end(folder, start(folder, List.of(link.toString(), "--version")));
            assertThat(ended.exit()).as(ended.err()).isZero();
        }
    }

    @Test
    void aToolThatDoesNotStartIsNoFailedGate(@TempDir Path folder) throws Exception {
        String alone = Files.copy(
                        HOME.resolve("bin/auditor"),
                        Files.createDirectory(folder.resolve("bin")).resolve("auditor"))
                .toString();
        Path jar = HOME.resolve("lib/auditor-cli.jar");
        Ended noJar = end(folder, start(folder, List.of(alone, "--version")));
        Files.copy(jar, Files.createDirectory(folder.resolve("lib")).resolve("auditor-cli.jar"));
        Ended noOtherJars = end(folder, start(folder, List.of(alone, "--version")));
        Ended badOption = end(
                folder,
                start(
                        folder,
                        List.of("env", "AUDITOR_JAVA_OPTIONS=-Xmxfoo", auditor().get(0), "--version")));
        for (Ended ended : List.of(noJar, noOtherJars, badOption)) {
            assertThat(ended.exit()).as(ended.err()).isEqualTo(2);
            assertThat(ended.err()).startsWith("auditor: ");
            assertThat(ended.err().lines()).hasSize(1);
        }
        assertThat(badOption.err()).contains("-Xmxfoo").contains("AUDITOR_JAVA_OPTIONS");
    }

    @Test
    void aPathBeyondAsciiIsAPathInEveryLocale(@TempDir Path folder) throws Exception {
        Path data = Files.createFile(folder.resolve("\u00f6.jsonl"));
        List<String> command = new ArrayList<>(List.of("env", "-u", "LC_ALL", "-u", "LC_CTYPE", "LANG=C"));
        command.addAll(auditor("audit", data.toString(), "--control", "nowhere.jsonl", "--model", "m"));
        Ended ended = end(folder, start(folder, command));
        assertThat(ended.exit()).isEqualTo(4);
        assertThat(ended.err()).contains("the control \"nowhere.jsonl\" is not there");
    }

    @Test
    void smileIsAJarOfItsOwn() throws IOException {
        try (Stream<Path> jars = Files.list(HOME.resolve("lib"))) {
            List<String> names = jars.map(jar -> jar.getFileName().toString()).toList();
            assertThat(names).contains("auditor-cli.jar", "smile-core-2.6.0.jar");
        }
        assertThat(HOME.resolve("licenses/LGPL-3.0.txt")).exists();
        assertThat(ROOT.resolve("auditor-cli/target/auditor.zip")).exists();
    }

    @Test
    void theReadmesJavaCompilesAndRunsAgainstTheJars(@TempDir Path folder) throws Exception {
        Matcher code = JAVA.matcher(Files.readString(ROOT.resolve("README.md")));
        assertThat(code.find()).isTrue();
        Path source = Files.writeString(folder.resolve("Example.java"), code.group(1));
        String jars;
        try (Stream<Path> files = Files.list(HOME.resolve("lib"))) {
            jars = files.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
        }
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder.toString(), "-cp", jars, source.toString());
        assertThat(compiled).isZero();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Ended ended = end(folder, start(folder, List.of(java, "-cp", jars + File.pathSeparator + folder, "Example")));
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("FAILED").contains("risk elevated");
    }

    @Test
    void theReadmesFirstAuditNamesTheOwl(@TempDir Path folder) throws Exception {
        Ended ended = audit(folder, "examples/quick-start/owl.jsonl");
        assertThat(ended.exit()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).contains("along-trait     detected      owl");
        assertThat(folder.resolve("report.html")).isNotEmptyFile();
        assertThat(folder.resolve("report.json")).isNotEmptyFile();
    }

    @Test
    void theReadmesCleanDataPass(@TempDir Path folder) throws Exception {
        Ended ended = audit(folder, "examples/quick-start/clean.jsonl");
        assertThat(ended.exit()).as(ended.err() + ended.out()).isZero();
    }

    /** Runs the README's audit of a file, reports written to the folder. */
    private static Ended audit(Path folder, String candidate) throws Exception {
        String line = Files.readString(ROOT.resolve("README.md"))
                .lines()
                .filter(one -> one.startsWith("./auditor audit " + candidate + " "))
                .findFirst()
                .orElseThrow();
        List<String> command = new ArrayList<>(List.of(line.split(" ")));
        command.set(0, HOME.resolve("bin/auditor").toString());
        command.replaceAll(
                word -> word.startsWith("report.") ? folder.resolve(word).toString() : word);
        return end(folder, start(folder, command));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFailure(@TempDir Path folder) throws Exception {
        String launcher = HOME.resolve("bin/auditor").toString();
        Ended ended = end(
                folder,
                start(folder, List.of("bash", "-c", "'" + launcher + "' --help | true; exit ${PIPESTATUS[0]}")));
        assertThat(ended.exit()).as(ended.err()).isZero();
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void theReadmesExitCodesAreThoseOfTheHelp(@TempDir Path folder) throws Exception {
        String readme = Files.readString(ROOT.resolve("README.md"));
        String help = end(folder, start(folder, auditor("audit", "--help"))).out();
        for (String code : List.of("0", "1", "2", "3", "4", "5", "130, 143")) {
            assertThat(readme).contains("| " + code + " |");
            assertThat(help).containsPattern("(?m)^ *" + code + " ");
        }
    }

    @Test
    void interruptedItEndsWithTheSignalsCodeAndLeavesNothing(@TempDir Path folder) throws Exception {
        // A stage is told about from its fifth second on: so many swaps take that long on any machine.
        Path policy = Files.writeString(folder.resolve("long.yaml"), "nullSwaps: 2000\n");
        for (String signal : List.of("INT", "TERM")) {
            Path outputs = Files.createDirectory(folder.resolve(signal));
            // A parent that runs in the background hands down an ignored SIGINT, which Java would respect.
            Path temporary = Files.createDirectory(folder.resolve("temporary-" + signal));
            List<String> command = new ArrayList<>(
                    List.of("env", "--default-signal=INT,TERM", "AUDITOR_JAVA_OPTIONS=-Djava.io.tmpdir=" + temporary));
            command.addAll(auditor(
                    "audit",
                    "examples/owl.jsonl",
                    "--control",
                    "examples/control.jsonl",
                    "--policy",
                    policy.toString(),
                    "-o",
                    outputs.resolve("report.html").toString()));
            Process process = start(folder, command);
            awaitWork(folder, process);
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            Ended ended = end(folder, process);
            assertThat(ended.exit()).as(ended.err()).isEqualTo(signal.equals("INT") ? INTERRUPTED : TERMINATED);
            try (Stream<Path> left = Files.list(outputs)) {
                assertThat(left).isEmpty();
            }
            try (Stream<Path> left = Files.list(temporary)) {
                assertThat(left).noneMatch(path -> path.getFileName().toString().startsWith("auditor-"));
            }
        }
    }

    /** Waits until the audit is well under way: until its first line on standard error. */
    private static void awaitWork(Path folder, Process process) throws Exception {
        while (process.isAlive() && Files.size(folder.resolve("err")) == 0) {
            Thread.sleep(50);
        }
        assertThat(process.isAlive()).isTrue();
    }
}
