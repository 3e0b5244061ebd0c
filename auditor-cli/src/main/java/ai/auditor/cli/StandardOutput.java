package ai.auditor.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Standard output whose reader may have seen enough, as {@code head} has: what comes after that is dropped. */
final class StandardOutput extends FilterOutputStream {
    private final boolean pipe;
    private boolean readerLeft;

    /** @param pipe whether a reader stands behind it, so that nothing but its leaving makes a write fail */
    StandardOutput(OutputStream out, boolean pipe) {
        super(out);
        this.pipe = pipe;
    }

    /** Whether the process writes its standard output to a pipe; false where the system does not tell. */
    static boolean isPipe() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException | SecurityException unknown) {
            return false;
        }
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (readerLeft) {
            return;
        }
        try {
            out.write(bytes, offset, length);
        } catch (IOException failure) {
            readerLeft = pipe
                    || String.valueOf(failure.getMessage())
                            .toLowerCase(Locale.ROOT)
                            .contains("broken pipe");
            if (!readerLeft) {
                throw failure;
            }
        }
    }
}
