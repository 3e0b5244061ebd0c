package ai.auditor.cli;

import ai.auditor.Printable;
import ai.auditor.Progress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Progress on standard error: a line rewritten in place on a terminal, elsewhere a plain line every few seconds. */
final class ProgressLine implements Progress {
    private static final long NANOSECONDS = 1_000_000_000L;
    private static final long ANIMATED_EVERY = NANOSECONDS / 5;
    private static final long PLAIN_EVERY = 5 * NANOSECONDS;
    private static final int WIDTH = 79;

    /** Below this a rate is told with decimals. */
    private static final double SLOW = 10;

    private final PrintWriter err;
    private final boolean animated;
    private final LongSupplier clock;
    private String stage = "";
    private long stageStart;
    /** What was done before, by a run that this one goes on from. */
    private long doneBefore;

    private long lastPrinted;
    private boolean lineOpen;

    ProgressLine(PrintWriter err, boolean animated) {
        this(err, animated, System::nanoTime);
    }

    ProgressLine(PrintWriter err, boolean animated, LongSupplier clock) {
        this.err = err;
        this.animated = animated;
        this.clock = clock;
    }

    @Override
    public synchronized void report(String nextStage, long done, long total, String unit) {
        long now = clock.getAsLong();
        if (!nextStage.equals(stage)) {
            stage = nextStage;
            stageStart = now;
            doneBefore = done;
            lastPrinted = now;
            if (animated) {
                print(stage, now);
            }
            return;
        }
        boolean last = total > 0 && done >= total;
        long every = animated ? ANIMATED_EVERY : PLAIN_EVERY;
        if (now - lastPrinted >= every || (last && animated)) {
            print(line(done, total, unit, now), now);
        }
    }

    /** Clears the rewritten line, so that what follows starts on a line of its own. */
    synchronized void close() {
        if (lineOpen) {
            err.print("\r" + " ".repeat(WIDTH) + "\r");
            err.flush();
            lineOpen = false;
        }
    }

    private String line(long done, long total, String unit, long now) {
        double seconds = (now - stageStart) / (double) NANOSECONDS;
        double rate = seconds > 0 ? (done - doneBefore) / seconds : 0;
        StringBuilder line = new StringBuilder(stage).append(": ");
        line.append(String.format(Locale.ROOT, "%,d", done));
        if (total > 0) {
            line.append(String.format(Locale.ROOT, " of %,d", total));
        }
        line.append(' ').append(unit).append(String.format(Locale.ROOT, rate < SLOW ? ", %,.2g/s" : ", %,.0f/s", rate));
        if (total > done && rate > 0) {
            line.append(", ")
                    .append(duration(Math.round((total - done) / rate)))
                    .append(" left");
        }
        return line.toString();
    }

    private void print(String text, long now) {
        lastPrinted = now;
        // A stage may name a file, and a file may have any name.
        String shown = Printable.line(text);
        if (animated) {
            String cut = shown.length() > WIDTH ? shown.substring(0, WIDTH) : shown;
            err.print("\r" + cut + " ".repeat(WIDTH - cut.length()));
            lineOpen = true;
        } else {
            err.println(shown);
        }
        err.flush();
    }

    private static String duration(long seconds) {
        return seconds < 60
                ? seconds + " s"
                : seconds < 3_600
                        ? (seconds + 30) / 60 + " min"
                        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3_600, seconds % 3_600 / 60);
    }
}
