package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/** The bytes of a deflated member, unpacked as they are asked for and never beyond the member's size. */
final class Inflated implements Numbers.Cursor {
    private static final int CHUNK = 1 << 16;

    private final Path path;
    private final ZipMembers.Member member;
    private final int width;
    private final Decoding decoding;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final InputStream stream;

    Inflated(MappedFile file, ZipMembers.Member member, int width, Decoding decoding) {
        this.path = file.path();
        this.member = member;
        this.width = width;
        this.decoding = decoding;
        this.stream = new CheckedInputStream(
                new InflaterInputStream(file.part(member.offset(), member.packed()), inflater, CHUNK), crc);
    }

    /** So many bytes that follow. */
    byte[] bytes(int count) {
        try {
            byte[] bytes = stream.readNBytes(count);
            if (bytes.length < count) {
                throw refused("becomes fewer bytes than the " + member.size() + " that it should");
            }
            return bytes;
        } catch (ZipException | EOFException e) {
            throw refused("its deflated bytes are not sound: " + Printable.quoted(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
    }

    @Override
    public void next(FloatBuffer target) {
        int most = CHUNK / width;
        while (target.hasRemaining()) {
            int count = Math.min(most, target.remaining());
            ByteBuffer bytes = ByteBuffer.wrap(bytes(count * width)).order(ByteOrder.LITTLE_ENDIAN);
            decoding.decode(bytes, target);
        }
    }

    @Override
    public void finish() {
        try {
            if (stream.read() >= 0) {
                throw refused("becomes more bytes than the " + member.size() + " that it should");
            }
        } catch (ZipException | EOFException e) {
            throw refused("its deflated bytes are not sound: " + Printable.quoted(String.valueOf(e.getMessage())));
        } catch (IOException e) {
            throw Refusal.unreadable(path, e);
        }
        if (crc.getValue() != member.crc()) {
            throw refused("its bytes are not those that its checksum was made of");
        }
    }

    private RuntimeException refused(String reason) {
        return Refusal.of(path, "member " + Printable.quoted(member.name()) + ": " + reason);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
