package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Paths as a user typed them. */
final class UserPath {
    private static final String SEPARATOR = ",";

    private UserPath() {}

    /**
     * A path that may or may not be there.
     *
     * @throws AuditException {@code USAGE} for a text that is no path
     */
    static Path of(String argument, String what) {
        if (argument.isBlank()) {
            throw new AuditException(AuditException.Code.USAGE, "the " + what + " is empty: name a path");
        }
        try {
            return Path.of(argument);
        } catch (InvalidPathException invalid) {
            throw new AuditException(
                    AuditException.Code.USAGE, "the " + what + " " + shown(argument) + " is no path", invalid);
        }
    }

    /**
     * A path where something is.
     *
     * @throws AuditException {@code USAGE} where nothing is there
     */
    static Path existing(String argument, String what) {
        Path path = of(argument, what);
        if (!Files.exists(path)) {
            throw new AuditException(
                    AuditException.Code.USAGE, "the " + what + " " + shown(argument) + " is not there");
        }
        return path;
    }

    /**
     * The paths of one dataset: one, or several with commas between them where no single one is called so.
     *
     * @throws AuditException {@code USAGE} where nothing is there
     */
    static List<Path> dataset(String argument, String what) {
        if (!argument.contains(SEPARATOR) || Files.exists(of(argument, what))) {
            return List.of(existing(argument, what));
        }
        return Arrays.stream(argument.split(SEPARATOR, -1))
                .map(name -> existing(name, what))
                .toList();
    }

    /**
     * Refuses a control that is the candidate itself: nothing could be told apart.
     *
     * @throws AuditException {@code USAGE} naming the file
     */
    static void requireApart(List<Path> candidate, List<Path> control) {
        for (Path file : control) {
            for (Path audited : candidate) {
                if (same(audited, file)) {
                    throw new AuditException(
                            AuditException.Code.USAGE,
                            "the control " + shown(file)
                                    + " is the candidate itself, so that nothing could be told apart: name what"
                                    + " the same generator answers to the same prompts without the trait");
                }
            }
        }
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException unreadable) {
            // Why it cannot be read is told when it is.
            return false;
        }
    }

    /**
     * A path where nothing is.
     *
     * @throws AuditException {@code USAGE} where something is there
     */
    static Path absent(String argument, String what) {
        Path path = of(argument, what);
        if (Files.exists(path)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the " + what + " " + shown(argument) + " is there already: name another");
        }
        return path;
    }

    /**
     * A path where a file is: what is read more than once, or all at once, is no pipe and no device.
     *
     * @throws AuditException {@code USAGE} where nothing is there, or something else
     */
    static Path file(String argument, String what) {
        Path path = existing(argument, what);
        if (!Files.isRegularFile(path)) {
            throw new AuditException(
                    AuditException.Code.USAGE, "the " + what + " " + shown(argument) + " is not a regular file");
        }
        return path;
    }

    /** A path for a message: whole, in one line, in quotes. */
    static String shown(Object path) {
        return '"' + Printable.line(path.toString()) + '"';
    }
}
