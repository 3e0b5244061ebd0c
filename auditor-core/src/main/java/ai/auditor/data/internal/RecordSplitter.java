package ai.auditor.data.internal;

import ai.auditor.AuditException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a file's bytes into records before anything is decoded, so that one broken record costs no other. */
public final class RecordSplitter {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int FIRST_RECORD_BYTES = 1 << 12;
    /** What goes on for longer without ending is no record: a device, or a file of another kind. */
    private static final long RUNAWAY_BYTES = 256L << 20;

    private static final int END = -1;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final FileSource source;
    private final String name;
    private final boolean quotes;
    private final int maxBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long line = 1;
    private byte[] record = new byte[FIRST_RECORD_BYTES];
    private int length;
    private long dropped;

    /**
     * The bytes of one record, without the line break that ends it.
     *
     * @param line 1-based line on which it starts
     * @param bytes one more than the limit if the record was longer, the rest dropped
     * @param maxBytes the limit
     */
    public record Raw(long line, byte[] bytes, int maxBytes) {
        /**
         * The record as text.
         *
         * @throws BadRecord if it is too long or malformed
         */
        public String text() {
            if (bytes.length > maxBytes) {
                throw new BadRecord("longer than the limit of " + maxBytes + " bytes");
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException malformed) {
                throw new BadRecord("malformed UTF-8");
            }
        }
    }

    /**
     * Reads from a file; a byte order mark at its start is no part of the first record.
     *
     * @param name what messages call the file
     * @param quotes whether double quotes guard line breaks, as in CSV
     * @param maxBytes bytes of the longest record that is kept
     */
    public RecordSplitter(FileSource source, String name, boolean quotes, int maxBytes) {
        this.source = source;
        this.name = name;
        this.quotes = quotes;
        this.maxBytes = maxBytes;
        limit = source.read(buffer);
        if (limit >= BYTE_ORDER_MARK.length
                && Arrays.equals(buffer, 0, BYTE_ORDER_MARK.length, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
            position = BYTE_ORDER_MARK.length;
        }
    }

    /**
     * The next record that is not blank, or null at the end.
     *
     * @throws AuditException {@code DATA} if a CSV file ends inside quotes, a record does not end, or the file cannot be read
     */
    public @Nullable Raw next() {
        while (peek() != END) {
            long start = line;
            length = 0;
            dropped = 0;
            if (quotes) {
                readQuoted();
            } else {
                readLine();
            }
            if (!isBlank()) {
                return new Raw(start, Arrays.copyOf(record, length), maxBytes);
            }
        }
        return null;
    }

    private void readLine() {
        for (int next = take(); next != END; next = take()) {
            if (next == '\n') {
                line++;
                return;
            }
            append(next);
        }
    }

    /** A quote opens at the start of a cell, or doubled inside quotes; elsewhere it is a character like any other. */
    private void readQuoted() {
        long opened = line;
        boolean inside = false;
        boolean mayOpen = true;
        for (int next = take(); next != END; next = take()) {
            boolean lineBreak = next == '\n' || next == '\r';
            if (lineBreak && !(next == '\r' && peek() == '\n')) {
                line++;
            }
            if (inside) {
                inside = next != '"';
                mayOpen = !inside;
            } else if (next == '"' && mayOpen) {
                inside = true;
                opened = line;
            } else if (lineBreak) {
                if (next == '\r' && peek() == '\n') {
                    take();
                    line++;
                }
                return;
            } else {
                mayOpen = next == ',';
            }
            append(next);
        }
        if (inside) {
            throw new AuditException(
                    AuditException.Code.DATA, name + ", line " + opened + ": a quote opens here and is never closed");
        }
    }

    private void append(int next) {
        if (length > maxBytes) {
            dropped++;
            if (dropped > RUNAWAY_BYTES) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        name + ", line " + line + ": a record goes on for more than " + RUNAWAY_BYTES
                                + " bytes and does not end; this is no file of rows");
            }
            return;
        }
        if (length == record.length) {
            record = Arrays.copyOf(record, (int) Math.min(2L * length, (long) maxBytes + 1));
        }
        record[length++] = (byte) next;
    }

    private boolean isBlank() {
        for (int i = 0; i < length; i++) {
            if (record[i] != ' ' && record[i] != '\t' && record[i] != '\r') {
                return false;
            }
        }
        return true;
    }

    private int take() {
        int next = peek();
        position++;
        return next;
    }

    private int peek() {
        if (position >= limit) {
            position = 0;
            limit = source.read(buffer);
        }
        return limit == 0 ? END : buffer[position] & 0xff;
    }
}
