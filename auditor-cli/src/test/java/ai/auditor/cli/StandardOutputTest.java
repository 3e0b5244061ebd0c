package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    /** Takes some bytes, then fails. */
    private static final class Failing extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final String message;
        private boolean failed;

        Failing(String message) {
            this.message = message;
        }

        @Override
        public void write(int oneByte) throws IOException {
            assertThat(failed).as("nothing is written after a failure").isFalse();
            if (taken.size() == TEXT.length) {
                failed = true;
                throw new IOException(message);
            }
            taken.write(oneByte);
        }
    }

    @Test
    void afterItsReaderHasLeftTheRestIsDropped() throws IOException {
        for (String message : new String[] {"Broken pipe", "Daten\u00fcbergabe unterbrochen"}) {
            Failing pipe = new Failing(message);
            try (StandardOutput out = new StandardOutput(pipe, true)) {
                out.write(TEXT);
                out.write(TEXT);
                out.write('!');
            }
            assertThat(pipe.taken.toByteArray()).isEqualTo(TEXT);
        }
    }

    @Test
    void whereItIsNoPipeOnlyABrokenOneIsNoFailure() throws IOException {
        StandardOutput broken = new StandardOutput(new Failing("Broken pipe"), false);
        broken.write(TEXT);
        broken.write(TEXT);
        StandardOutput full = new StandardOutput(new Failing("No space left on device"), false);
        full.write(TEXT);
        assertThatThrownBy(() -> full.write(TEXT)).hasMessage("No space left on device");
    }
}
