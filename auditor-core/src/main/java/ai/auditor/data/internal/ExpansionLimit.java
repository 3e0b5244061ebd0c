package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.data.ReadOptions;

/** How much may become of a file whose bytes stand for more than themselves. */
final class ExpansionLimit {
    /** Small files may expand by any factor: constant rows do. */
    static final long FREE_BYTES = 16L << 20;

    private final String name;
    private final ReadOptions options;
    private final long onDisk;
    private long expanded;

    /** @param onDisk bytes of the file */
    ExpansionLimit(String name, ReadOptions options, long onDisk) {
        this.name = name;
        this.options = options;
        this.onDisk = onDisk;
    }

    /**
     * Counts more bytes.
     *
     * @throws AuditException {@code DATA} above a limit
     */
    void take(long bytes) {
        expanded += bytes;
        check(name, options, expanded, onDisk);
    }

    /** @param onDisk bytes of the file that the expanded ones came from */
    static void check(String name, ReadOptions options, long expanded, long onDisk) {
        if (expanded > options.maxExpandedBytes()) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    name + ": expands to more than the limit of " + options.maxExpandedBytes() + " bytes");
        }
        if (expanded > FREE_BYTES && expanded / options.maxExpansion() > onDisk) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    name + ": expands to more than " + options.maxExpansion()
                            + " times its bytes on disk, as no real dataset does");
        }
    }
}
