package ai.auditor;

import ai.auditor.AuditException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The one check that every file of a model directory passes before it is opened: a device or a pipe would be read without end. */
public final class ModelFile {
    /** Larger than any tokenizer known: the largest have 256,000 entries and 35 MB. Weights alone may be larger. */
    public static final long LONGEST_TEXT = 256L << 20;

    private ModelFile() {}

    /** Whether a directory has an entry of this name, be it only a link that leads nowhere. */
    public static boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * A file that may be opened: a regular one, after links are followed.
     *
     * @throws AuditException with {@link Code#MODEL} if it is missing, or anything else
     */
    public static Path require(Path file) {
        if (!exists(file)) {
            throw new AuditException(
                    Code.MODEL,
                    Printable.line(file.toString())
                            + " is missing: give a model directory in the Hugging Face layout that has it");
        }
        if (!Files.isRegularFile(file)) {
            throw new AuditException(
                    Code.MODEL,
                    Printable.line(file.toString())
                            + " is not a regular file, nor a link to one: put the model's own file in its place");
        }
        return file;
    }

    /**
     * The same for a file that is read whole.
     *
     * @param limit bytes that it may have
     * @throws AuditException with {@link Code#MODEL} if it is missing, no regular file or larger
     */
    public static Path require(Path file, long limit) {
        try {
            long size = Files.size(require(file));
            if (size > limit) {
                throw new AuditException(
                        Code.MODEL,
                        Printable.line(file.toString()) + " is " + size + " bytes long, longer than the limit of "
                                + limit + ": it is no such file of a model; get the file again");
            }
            return file;
        } catch (IOException error) {
            throw unreadable(file, error);
        }
    }

    /** What to throw where such a file does not let itself be read. */
    public static AuditException unreadable(Path file, IOException failure) {
        return new AuditException(
                Code.MODEL,
                Printable.line(file.toString()) + " cannot be read: " + Reason.of(failure)
                        + "; let this user read it, or get the file again",
                failure);
    }
}
