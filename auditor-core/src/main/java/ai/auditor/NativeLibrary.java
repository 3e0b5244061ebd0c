package ai.auditor;

import java.io.IOException;
import java.nio.file.Path;

/** What all native libraries share: that nothing is fetched for them, and the words in which one that does not load is told. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /**
     * Keeps DJL from asking a metadata service and a telemetry address at its first use. Its classes read this when they load, so whoever
     * may be the first to touch them says it.
     */
    public static void stayOffline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    /**
     * A failure to unpack or load a library.
     *
     * @param size about how much room it takes once unpacked, with its unit
     * @param folder where it is unpacked to
     */
    public static AuditException notLoaded(String library, String size, Path folder, Throwable cause) {
        return new AuditException(
                AuditException.Code.OUTPUT,
                "the native library of " + library + " (" + size + ") cannot be unpacked to "
                        + Printable.line(folder.toString()) + " and loaded from there: " + reason(cause)
                        + "; free space there, or name another folder with the environment variable DJL_CACHE_DIR",
                cause);
    }

    /**
     * A failure to load a library that the user has named.
     *
     * @param folder where it lies
     */
    public static AuditException notLinked(String library, Path folder, Throwable cause) {
        return new AuditException(
                AuditException.Code.OUTPUT,
                "the native library of " + library + " in " + Printable.line(folder.toString()) + " cannot be loaded: "
                        + reason(cause) + "; \"auditor doctor\" looks at every link",
                cause);
    }

    private static String reason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof IOException)) {
            root = root.getCause();
        }
        return root instanceof IOException disk
                ? Reason.of(disk)
                : Printable.shortLine(String.valueOf(root.getMessage()));
    }
}
