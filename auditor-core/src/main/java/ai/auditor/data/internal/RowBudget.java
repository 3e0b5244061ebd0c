package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.data.ReadOptions;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the columns of a file may become: bytes of one record, and bytes of all.
 *
 * <p>A dictionary, a run or a repeated offset makes a gigabyte of a few bytes, so what is counted are the values that come out.
 */
final class RowBudget {
    /** What a value costs besides its bytes: its place in a list or an object. */
    private static final int BYTES_PER_VALUE = 8;

    private final String name;
    private final int maxRowBytes;
    private final ExpansionLimit limit;
    private long used;
    private @Nullable String problem;

    RowBudget(String name, ReadOptions options, ExpansionLimit limit) {
        this.name = name;
        this.maxRowBytes = options.maxRowBytes();
        this.limit = limit;
    }

    /** A new record starts. */
    void start() {
        used = 0;
        problem = null;
        limit.take(BYTES_PER_VALUE);
    }

    /**
     * Asks for room for one value of a record, and notes that the record is too long where there is none.
     *
     * @return whether there is room; without, the value is to be dropped, and there is none for the rest of the record
     * @throws AuditException {@code DATA} where the file as a whole expands beyond its limit
     */
    boolean take(long bytes) {
        if (bytes > maxRowBytes - used) {
            spoil("longer than the limit of " + maxRowBytes + " bytes");
            used = maxRowBytes + 1L;
            limit.take(BYTES_PER_VALUE);
            return false;
        }
        used += bytes + BYTES_PER_VALUE;
        limit.take(bytes + BYTES_PER_VALUE);
        return true;
    }

    /** Text in UTF-8, or nothing where it is malformed. */
    Json text(ByteBuffer bytes) {
        try {
            return new Json.Text(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException malformed) {
            spoil("malformed UTF-8");
            return Json.Constant.NULL;
        }
    }

    private void spoil(String reason) {
        if (problem == null) {
            problem = reason;
        }
    }

    /** The record's fields, if all of them could be had. */
    Records.Found found(Json.Fields fields) {
        String reason = problem;
        return new Records.Found(name, 0, "", () -> {
            if (reason != null) {
                throw new BadRecord(reason);
            }
            return fields;
        });
    }
}
