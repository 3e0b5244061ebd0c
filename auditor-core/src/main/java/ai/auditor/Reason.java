package ai.auditor;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Why a file could not be read or written, in plain words. */
public final class Reason {
    private Reason() {}

    /** The system's own words where it has some ("no space left on device"), without the name of an exception or a path. */
    public static String of(IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (failure instanceof CharacterCodingException) {
            return "its text is not UTF-8";
        }
        String words = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        if (words == null || words.isBlank()) {
            return "the system says only " + failure.getClass().getSimpleName();
        }
        return Printable.shortLine(words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1));
    }
}
