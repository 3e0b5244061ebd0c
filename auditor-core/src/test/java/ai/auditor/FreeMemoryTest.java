package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeMemoryTest {
    private static final long AVAILABLE = 20_000_000L * 1024;

    @TempDir
    Path root;

    @BeforeEach
    void system() throws IOException {
        write("meminfo", "MemTotal:       24683656 kB\nMemAvailable:   20000000 kB\n");
    }

    @Test
    void withoutAContainerTheSystemTells() {
        assertThat(bytes()).isEqualTo(AVAILABLE);
    }

    @Test
    void aContainerOfTheSecondKind() throws IOException {
        container("", "memory.max", "1000000", "memory.current", "600000", "anon 1\nfile 400000\n");

        assertThat(bytes()).isEqualTo(800_000);
    }

    @Test
    void aContainerOfTheFirstKind() throws IOException {
        container(
                "memory",
                "memory.limit_in_bytes",
                "1000000",
                "memory.usage_in_bytes",
                "600000",
                "cache 7\ntotal_cache 400000\n");

        assertThat(bytes()).isEqualTo(800_000);
    }

    @Test
    void aContainerWithoutALimitWhoseFilesAreMoreThanWhatItTook() throws IOException {
        container(
                "memory",
                "memory.limit_in_bytes",
                "9223372036854771712",
                "memory.usage_in_bytes",
                "1222897664",
                "total_cache 1300000000\n");

        assertThat(bytes()).isEqualTo(AVAILABLE);
    }

    @Test
    void aContainerWithoutALimitInWords() throws IOException {
        container("", "memory.max", "max", "memory.current", "600000", "file 400000\n");

        assertThat(bytes()).isEqualTo(AVAILABLE);
    }

    @Test
    void nothingTells() {
        assertThat(FreeMemory.bytes(root.resolve("none"), root.resolve("none"))).isEmpty();
    }

    private long bytes() {
        return FreeMemory.bytes(root.resolve("meminfo"), root.resolve("cgroup")).orElseThrow();
    }

    private void container(String folder, String limit, String most, String used, String taken, String statistics)
            throws IOException {
        Path container = Path.of("cgroup").resolve(folder);
        write(container.resolve(limit).toString(), most + "\n");
        write(container.resolve(used).toString(), taken + "\n");
        write(container.resolve("memory.stat").toString(), statistics);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
