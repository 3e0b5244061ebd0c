package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter err = new StringWriter();
    private final AtomicLong now = new AtomicLong();
    private final ProgressLine line = new ProgressLine(new PrintWriter(err), false, now::get);

    private void report(String stage, int seconds, long done) {
        now.set(TimeUnit.SECONDS.toNanos(seconds));
        line.report(stage, done, 1000, "steps");
    }

    @Test
    void theRateOfAStageThatGoesOnCountsItsOwnUnitsAlone() {
        report("training", 0, 800);
        report("training", 10, 900);
        assertThat(err).hasToString("training: 900 of 1,000 steps, 10/s, 10 s left" + System.lineSeparator());
    }

    @Test
    void aNewStageHasARateOfItsOwn() {
        report("reading", 0, 0);
        report("reading", 2, 900);
        report("training", 100, 0);
        report("training", 110, 500);
        assertThat(err).hasToString("training: 500 of 1,000 steps, 50/s, 10 s left" + System.lineSeparator());
    }
}
