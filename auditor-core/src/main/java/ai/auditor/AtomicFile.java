package ai.auditor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/** A file that appears whole or not at all: written to a sibling, then renamed into place. */
public final class AtomicFile {
    /** As Linux has it (path_resolution(7)). */
    private static final int MOST_LINKS = 40;

    /** Room for a report; where it lacks, a write would fail. */
    private static final int TRIAL_BYTES = 1 << 16;

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
            Path place = place(target);
            Path unfinished = unfinished(place);
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
            throw unwritable(target, failure);
        }
    }

    /**
     * Finds out, by a trial that leaves nothing, whether a file could be written; says nothing of how the disk is later.
     *
     * @throws AuditException as {@link #write(Path, Content)}
     */
    public static void requireWritable(Path target) {
        try {
            Path unfinished = unfinished(place(target));
            try {
                Files.write(unfinished, new byte[TRIAL_BYTES], StandardOpenOption.CREATE_NEW);
            } finally {
                Files.deleteIfExists(unfinished);
            }
        } catch (IOException failure) {
            throw unwritable(target, failure);
        }
    }

    private static Path unfinished(Path place) {
        return place.resolveSibling("." + UUID.randomUUID() + ".part");
    }

    /** The file behind any links, there or not: a link keeps pointing where it points. Nothing but a file is replaced. */
    private static Path place(Path target) throws IOException {
        try {
            // Asking for it also finds a name that is too long.
            BasicFileAttributes there = Files.readAttributes(target, BasicFileAttributes.class);
            if (!there.isRegularFile()) {
                throw new FileSystemException(
                        target.toString(),
                        null,
                        there.isDirectory() ? "it is a directory" : "it is a device or a pipe, not a file");
            }
        } catch (NoSuchFileException free) {
            // Then the folder decides.
        }
        Path place = target.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(place); links++) {
            if (links == MOST_LINKS) {
                throw new FileSystemException(target.toString(), null, "too many links");
            }
            place = place.resolveSibling(Files.readSymbolicLink(place));
        }
        return place;
    }

    private static AuditException unwritable(Path target, IOException failure) {
        requireUninterrupted(target);
        return new AuditException(
                AuditException.Code.OUTPUT,
                "cannot write " + Printable.line(target.toString()) + ": " + Reason.of(failure)
                        + (full(failure)
                                ? "; make room there, or name a file elsewhere"
                                : "; name a file in a folder that is there and that you may write to"),
                failure);
    }

    private static boolean full(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("No space left");
    }

    // A channel that an interrupt closed fails as a disk does, but leaves the flag set.
    private static void requireUninterrupted(Path target) {
        if (Thread.currentThread().isInterrupted()) {
            throw new AuditException(
                    AuditException.Code.INTERRUPTED,
                    "interrupted while writing " + Printable.line(target.toString()) + ": it was not written");
        }
    }
}
