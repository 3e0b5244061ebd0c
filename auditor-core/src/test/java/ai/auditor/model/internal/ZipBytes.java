package ai.auditor.model.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Zip archives made field by field, so that each of them can lie. */
public final class ZipBytes {
    private final List<Entry> entries = new ArrayList<>();
    private boolean large;
    private int count = -1;

    /** A member; what is changed after it was added is what the directory says, before the bytes stands the truth. */
    public static final class Entry {
        final byte[] packed;
        final String localName;
        final long localSize;
        final long localCrc;
        String name;
        int method;
        int flags;
        long packedSize;
        long size;
        long crc;
        /** Where the directory says that it lies; -1 for where it does. */
        long header = -1;

        private Entry(String name, int method, byte[] packed, byte[] content) {
            this.name = name;
            this.localName = name;
            this.method = method;
            this.packed = packed;
            this.packedSize = packed.length;
            this.size = content.length;
            this.localSize = content.length;
            CRC32 sum = new CRC32();
            sum.update(content);
            this.crc = sum.getValue();
            this.localCrc = crc;
        }
    }

    public ZipBytes stored(String name, byte[] content) {
        entries.add(new Entry(name, 0, content, content));
        return this;
    }

    ZipBytes deflated(String name, byte[] content) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] chunk = new byte[1 << 16];
        while (!deflater.finished()) {
            packed.write(chunk, 0, deflater.deflate(chunk));
        }
        deflater.end();
        entries.add(new Entry(name, 8, packed.toByteArray(), content));
        return this;
    }

    Entry last() {
        return entries.get(entries.size() - 1);
    }

    /** With the directory of archives beyond 4 GiB, as torch writes it. */
    ZipBytes large() {
        large = true;
        return this;
    }

    /** Says another number of members than there are. */
    ZipBytes count(int other) {
        count = other;
        return this;
    }

    public byte[] done() {
        ModelBytes file = new ModelBytes();
        List<Long> headers = new ArrayList<>();
        for (Entry entry : entries) {
            headers.add((long) file.done().length);
            byte[] name = entry.localName.getBytes(StandardCharsets.UTF_8);
            file.i32(0x04034b50).i16(20).i16(0).i16(entry.method).i32(0);
            file.i32((int) entry.localCrc).i32(entry.packed.length).i32((int) entry.localSize);
            file.i16(name.length).i16(0).raw(name).raw(entry.packed);
        }
        long begin = file.done().length;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            boolean wide = entry.size > Integer.MAX_VALUE;
            file.i32(0x02014b50)
                    .i16(20)
                    .i16(20)
                    .i16(entry.flags)
                    .i16(entry.method)
                    .i32(0);
            file.i32((int) entry.crc).i32((int) entry.packedSize).i32(wide ? -1 : (int) entry.size);
            file.i16(name.length).i16(wide ? 12 : 0).i16(0).i16(0).i16(0).i32(0);
            file.i32((int) (entry.header < 0 ? headers.get(i) : entry.header)).raw(name);
            if (wide) {
                file.i16(1).i16(8).i64(entry.size);
            }
        }
        long length = file.done().length - begin;
        int members = count < 0 ? entries.size() : count;
        if (large) {
            long at = begin + length;
            file.i32(0x06064b50).i64(44).i16(45).i16(45).i32(0).i32(0);
            file.i64(members).i64(members).i64(length).i64(begin);
            file.i32(0x07064b50).i32(0).i64(at).i32(1);
        }
        file.i32(0x06054b50).i16(0).i16(0).i16(members).i16(members);
        return file.i32((int) length).i32((int) begin).i16(0).done();
    }
}
