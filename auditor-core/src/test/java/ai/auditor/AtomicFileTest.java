package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path directory;

    @Test
    void aWriteThatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path target = Files.writeString(directory.resolve("report.html"), "old");
        assertThatThrownBy(() -> AtomicFile.write(target, stream -> {
                    stream.write(1);
                    throw new IOException("the disk is full");
                }))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContaining("report.html")
                .hasMessageContaining("the disk is full");
        assertThat(target).hasContent("old");
        assertThat(entries()).containsExactly(target);
    }

    @Test
    void anInterruptIsNoFailureOfTheOutput() throws IOException {
        Path target = Files.writeString(directory.resolve("report.html"), "old");
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> AtomicFile.write(target, "new"))
                    .isInstanceOfSatisfying(
                            AuditException.class,
                            failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.INTERRUPTED))
                    .hasMessageContaining("report.html");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(target).hasContent("old");
        assertThat(entries()).containsExactly(target);
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path target = Files.writeString(directory.resolve("real.json"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.json"), target);
        AtomicFile.write(link, "new");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(target).hasContent("new");
    }

    @Test
    void aLinkToNothingStaysALinkAndGetsItsFile() throws IOException {
        Files.createDirectory(directory.resolve("kept"));
        Path link = Files.createSymbolicLink(directory.resolve("link.json"), Path.of("between.json"));
        Files.createSymbolicLink(directory.resolve("between.json"), Path.of("kept/real.json"));
        AtomicFile.requireWritable(link);
        AtomicFile.write(link, "new");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Files.isSymbolicLink(directory.resolve("between.json"))).isTrue();
        assertThat(directory.resolve("kept/real.json")).hasContent("new");
    }

    @Test
    void whatCannotBeWrittenIsToldInPlainWordsBeforeAndAfter() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop.json"), Path.of("loop.json"));
        Path lost = Files.createSymbolicLink(directory.resolve("lost.json"), Path.of("nowhere/real.json"));
        Path device = Files.createSymbolicLink(directory.resolve("device.json"), Path.of("/dev/null"));
        Map<Path, String> reasons = Map.of(
                directory.resolve("a".repeat(300) + ".json"),
                "name too long",
                directory.resolve("absent/report.json"),
                "no such file or folder",
                directory,
                "it is a directory",
                device,
                "it is a device",
                loop,
                "too many",
                lost,
                "no such file or folder");
        List<Path> before = entries().toList();
        reasons.forEach((path, reason) -> {
            for (ThrowingCallable attempt : List.<ThrowingCallable>of(
                    () -> AtomicFile.requireWritable(path), () -> AtomicFile.write(path, "new"))) {
                assertThatThrownBy(attempt)
                        .isInstanceOfSatisfying(
                                AuditException.class,
                                failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.OUTPUT))
                        .hasMessageContaining(reason)
                        .message()
                        .doesNotContain("Exception");
            }
        });
        assertThat(entries()).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aTrialLeavesWhatIsThereAlone() throws IOException {
        Path target = Files.writeString(directory.resolve("report.html"), "old");
        AtomicFile.requireWritable(target);
        AtomicFile.requireWritable(directory.resolve("other.html"));
        assertThat(target).hasContent("old");
        assertThat(entries()).containsExactly(target);
    }

    @Test
    void aDirectoryIsNotReplaced() throws IOException {
        Path target = Files.createDirectory(directory.resolve("report.json"));
        assertThatThrownBy(() -> AtomicFile.write(target, "new")).isInstanceOf(AuditException.class);
        assertThat(entries()).containsExactly(target);
    }

    private Stream<Path> entries() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList().stream();
        }
    }
}
