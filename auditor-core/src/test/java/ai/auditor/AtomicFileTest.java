package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
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
