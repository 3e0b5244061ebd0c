package ai.auditor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory this process can still have. */
public final class FreeMemory {
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

    private FreeMemory() {}

    /** What the system, and a container around this process, still give; empty where neither tells. */
    public static OptionalLong bytes() {
        return bytes(Path.of("/proc/meminfo"), Path.of("/sys/fs/cgroup"));
    }

    static OptionalLong bytes(Path system, Path container) {
        List<Long> limits = new ArrayList<>();
        Matcher available = AVAILABLE.matcher(text(system));
        if (available.find()) {
            limits.add(Long.parseLong(available.group(1)) * 1024);
        }
        left(container, "memory.max", "memory.current", "file").ifPresent(limits::add);
        left(container.resolve("memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache")
                .ifPresent(limits::add);
        return limits.stream().mapToLong(Long::longValue).min();
    }

    /**
     * Files that the system holds in memory make room when it is needed; they can be more than what is counted as taken, and a
     * container without a limit says the largest number there is.
     */
    private static OptionalLong left(Path container, String limit, String used, String files) {
        try {
            long most = Long.parseLong(text(container.resolve(limit)).trim());
            long taken = Long.parseLong(text(container.resolve(used)).trim());
            Matcher cached =
                    Pattern.compile("(?m)^" + files + " (\\d+)$").matcher(text(container.resolve("memory.stat")));
            return OptionalLong.of(most - Math.max(0, taken - (cached.find() ? Long.parseLong(cached.group(1)) : 0)));
        } catch (NumberFormatException unlimited) {
            return OptionalLong.empty();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException none) {
            return "";
        }
    }
}
