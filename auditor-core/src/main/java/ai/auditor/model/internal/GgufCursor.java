package ai.auditor.model.internal;

import ai.auditor.AuditException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the front part of a GGUF file in order; nothing is allocated for a length before that length is known to be there. */
final class GgufCursor {
    /** Longer than any single value that is read. */
    private static final int BUFFER = 1 << 16;

    private final MappedFile file;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    /** Offset in the file of the buffer's first byte. */
    private long start;

    private String place = "header";

    GgufCursor(MappedFile file) {
        this.file = file;
    }

    /** Says what is being read, for messages. */
    void at(String newPlace) {
        place = newPlace;
    }

    long offset() {
        return start + buffer.position();
    }

    long remaining() {
        return file.size() - offset();
    }

    int u8() {
        return Byte.toUnsignedInt(take(Byte.BYTES).get());
    }

    byte i8() {
        return take(Byte.BYTES).get();
    }

    int u16() {
        return Short.toUnsignedInt(take(Short.BYTES).getShort());
    }

    short i16() {
        return take(Short.BYTES).getShort();
    }

    long u32() {
        return Integer.toUnsignedLong(take(Integer.BYTES).getInt());
    }

    int i32() {
        return take(Integer.BYTES).getInt();
    }

    long i64() {
        return take(Long.BYTES).getLong();
    }

    float f32() {
        return take(Float.BYTES).getFloat();
    }

    double f64() {
        return take(Double.BYTES).getDouble();
    }

    /** A count of things that take at least so many bytes each; more of them than the file could hold are refused. */
    long count(String of, long most, int leastBytes) {
        long count = i64();
        if (count < 0 || count > most || count > remaining() / leastBytes) {
            throw refused("claims " + Long.toUnsignedString(count) + " " + of + ", more than the file can hold or than "
                    + most);
        }
        return count;
    }

    /** A text of a bounded length. */
    String text(int longest) {
        return decoded((int) count("bytes of text", longest, 1));
    }

    /** A text; a longer one is passed over. */
    Optional<String> shortText(int longest) {
        long length = count("bytes of text", Long.MAX_VALUE, 1);
        if (length > longest) {
            skip(length);
            return Optional.empty();
        }
        return Optional.of(decoded((int) length));
    }

    private String decoded(int length) {
        byte[] bytes = new byte[length];
        take(length).get(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused("holds a text that is not UTF-8");
        }
    }

    void skip(long length) {
        if (length < 0 || length > remaining()) {
            throw truncated(length);
        }
        if (length <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) length);
        } else {
            start = offset() + length;
            buffer.limit(0);
        }
    }

    AuditException refused(String reason) {
        return Refusal.of(file.path(), place + ": " + reason);
    }

    private ByteBuffer take(int length) {
        if (buffer.remaining() < length) {
            if (remaining() < length) {
                throw truncated(length);
            }
            start = offset();
            buffer.position(0).limit((int) Math.min(BUFFER, file.size() - start));
            file.fill(start, buffer);
            buffer.position(0);
        }
        return buffer;
    }

    private AuditException truncated(long wanted) {
        return refused("is truncated: " + Long.toUnsignedString(wanted) + " bytes are wanted at byte " + offset()
                + ", but the file has " + file.size());
    }
}
