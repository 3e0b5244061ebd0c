package ai.auditor.cli;

import ai.auditor.NumberText;
import ai.auditor.Printable;
import ai.auditor.data.BadRow;
import ai.auditor.data.BadRows;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a command prints: the result to {@code out}, everything else to {@code err}.
 *
 * @param environment environment variables ({@code NO_COLOR}, {@code TERM}, {@code COLUMNS})
 */
record Terminal(PrintWriter out, PrintWriter err, Map<String, String> environment) {
    private static final int DEFAULT_WIDTH = 80;
    private static final int SMALLEST_WIDTH = 60;
    private static final int LARGEST_WIDTH = 120;

    Terminal {
        environment = Map.copyOf(environment);
    }

    /** Whether the result may be coloured: standard output is a terminal and nobody said no. */
    boolean colour() {
        String noColour = environment.getOrDefault("NO_COLOR", "");
        return noColour.isEmpty() && !"dumb".equals(environment.get("TERM")) && isTerminal(1);
    }

    /** Whether standard error is a terminal, so that a line may be rewritten. */
    boolean animated() {
        return !"dumb".equals(environment.get("TERM")) && isTerminal(2);
    }

    /** Says on standard error what the result does not show, some lines of it below a heading. */
    void note(String heading, List<String> lines) {
        err.println(Printable.line(heading));
        lines.forEach(line -> err.println("  " + Printable.line(line)));
        err.flush();
    }

    /** Names on standard error the first of some rows, behind what is said of them all; says nothing where there are none. */
    void name(long count, String what, List<BadRow> rows) {
        if (count > 0) {
            note(NumberText.count(count) + " " + what + "; the first:", BadRows.named(rows));
        }
    }

    /** Columns to print in. */
    int width() {
        try {
            int columns = Integer.parseInt(environment.getOrDefault("COLUMNS", ""));
            return Math.max(SMALLEST_WIDTH, Math.min(LARGEST_WIDTH, columns));
        } catch (NumberFormatException unset) {
            return DEFAULT_WIDTH;
        }
    }

    // System.console() answers for standard input and output together, and differently from Java 22 on.
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException | SecurityException unknown) {
            return false;
        }
    }
}
