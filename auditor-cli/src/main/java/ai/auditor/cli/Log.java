package ai.auditor.cli;

import ai.auditor.Progress;
import org.jspecify.annotations.Nullable;

/** Progress of one command; closing it leaves standard error on a line of its own. */
final class Log implements Progress, AutoCloseable {
    private final @Nullable ProgressLine line;

    private Log(@Nullable ProgressLine line) {
        this.line = line;
    }

    static Log silent() {
        return new Log(null);
    }

    static Log on(Terminal terminal) {
        return new Log(new ProgressLine(terminal.err(), terminal.animated()));
    }

    @Override
    public void report(String stage, long done, long total, String unit) {
        if (line != null) {
            line.report(stage, done, total, unit);
        }
    }

    @Override
    public void close() {
        if (line != null) {
            line.close();
        }
    }
}
