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
    private static final Path CONTAINER = Path.of("/sys/fs/cgroup");
    private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

    private FreeMemory() {}

    /** What the system, and a container around this process, still give; empty where neither tells. */
    public static OptionalLong bytes() {
        List<Long> limits = new ArrayList<>();
        Matcher available = AVAILABLE.matcher(text(Path.of("/proc/meminfo")));
        if (available.find()) {
            limits.add(Long.parseLong(available.group(1)) * 1024);
        }
        container("memory.max", "memory.current", "memory.stat", "file").ifPresent(limits::add);
        container("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_cache")
                .ifPresent(limits::add);
        return limits.stream().mapToLong(Long::longValue).min();
    }

    /** Files that the system holds in memory make room when it is needed. */
    private static OptionalLong container(String limit, String used, String statistics, String files) {
        try {
            long most = Long.parseLong(text(CONTAINER.resolve(limit)).trim());
            long taken = Long.parseLong(text(CONTAINER.resolve(used)).trim());
            Matcher cached = Pattern.compile("(?m)^" + files + " (\\d+)$").matcher(text(CONTAINER.resolve(statistics)));
            return OptionalLong.of(most - taken + (cached.find() ? Long.parseLong(cached.group(1)) : 0));
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
