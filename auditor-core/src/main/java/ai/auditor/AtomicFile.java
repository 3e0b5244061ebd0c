package ai.auditor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that appears whole or not at all: written to a sibling, then renamed into place. */
public final class AtomicFile {
    private AtomicFile() {}

    /** What is to stand in the file. */
    @FunctionalInterface
    public interface Content {
        /** Writes it; does not close the stream. */
        void writeTo(OutputStream stream) throws IOException;
    }

    /**
     * Writes a text as UTF-8.
     *
     * @throws AuditException {@code OUTPUT} naming the path
     */
    public static void write(Path target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        write(target, stream -> stream.write(bytes));
    }

    /**
     * Writes a file; what stood there before stays until the new content is complete.
     *
     * @throws AuditException {@code OUTPUT} naming the path; {@code INTERRUPTED} if the calling thread was interrupted
     */
    public static void write(Path target, Content content) {
        try {
            // A link keeps pointing where it points; only the file behind it is replaced.
            Path place = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
            Path unfinished = place.resolveSibling("." + UUID.randomUUID() + ".part");
            try {
                try (OutputStream stream =
                        Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    content.writeTo(stream);
                }
                requireUninterrupted(target);
                Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException failure) {
            requireUninterrupted(target);
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "cannot write " + Printable.line(target.toString()) + ": " + reason(failure)
                            + "; name a file in a directory that exists and can be written",
                    failure);
        }
    }

    // A channel that an interrupt closed fails as a disk does, but leaves the flag set.
    private static void requireUninterrupted(Path target) {
        if (Thread.currentThread().isInterrupted()) {
            throw new AuditException(
                    AuditException.Code.INTERRUPTED,
                    "interrupted while writing " + Printable.line(target.toString()) + ": nothing was written");
        }
    }

    private static String reason(IOException failure) {
        String message = failure.getMessage();
        String kind = failure.getClass().getSimpleName();
        return message == null ? kind : kind + " (" + Printable.line(message) + ")";
    }
}
