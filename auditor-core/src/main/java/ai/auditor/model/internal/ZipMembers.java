package ai.auditor.model.internal;

import ai.auditor.Printable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What lies where in a zip archive of numpy or torch: its central directory, held against the header before each member. Archives beyond
 * 4 GiB (zip64) are read; what neither of the two writes (comments, encryption, several disks) is not.
 */
final class ZipMembers {
    /** No member is packed. */
    static final int STORED = 0;

    /** A member is packed by deflate. */
    static final int DEFLATED = 8;

    private static final int END = 0x06054b50;
    private static final int END_LENGTH = 22;
    private static final int LOCATOR = 0x07064b50;
    private static final int LOCATOR_LENGTH = 20;
    private static final int LONG_END = 0x06064b50;
    private static final int LONG_END_LENGTH = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_LENGTH = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int LONG_SIZES = 1;

    private static final int ENCRYPTED = 1;
    private static final int SIZES_BEHIND = 1 << 3;

    private static final int MOST_MEMBERS = 10_000;
    private static final int LONGEST_DIRECTORY = 16 << 20;
    private static final int LONGEST_NAME = 512;

    /** Deflate cannot pack better than 1 to 1032 (zlib's own figure). */
    private static final long BEST_RATIO = 1032;

    private static final int SMALLEST_BLOCK = 64;

    private final MappedFile file;
    private final Path path;
    private final SortedMap<String, Member> members = new TreeMap<>();

    private ZipMembers(MappedFile file) {
        this.file = file;
        this.path = file.path();
    }

    /**
     * One member.
     *
     * @param packed bytes in the file
     * @param size bytes when unpacked
     * @param crc CRC-32 of the unpacked bytes
     * @param header where its local header begins
     * @param offset where its bytes begin
     */
    record Member(String name, int method, long packed, long size, long crc, long header, long offset) {
        long end() {
            return offset + packed;
        }
    }

    /** Reads and checks the directory of an open archive. */
    static SortedMap<String, Member> read(MappedFile file) {
        ZipMembers reading = new ZipMembers(file);
        Directory directory = reading.directory();
        reading.entries(directory);
        reading.requireApart();
        return reading.members;
    }

    private record Directory(long begin, long length, long count) {}

    private Directory directory() {
        long size = file.size();
        if (size < END_LENGTH) {
            throw Refusal.of(path, "is too short for a zip archive: " + size + " bytes");
        }
        long at = size - END_LENGTH;
        ByteBuffer end = bytes(at, END_LENGTH);
        if (end.getInt(0) != END || u16(end, 20) != 0) {
            throw Refusal.of(path, "does not end as a zip archive without a comment does; was it cut?");
        }
        requireOneDisk(u16(end, 4) == 0 && u16(end, 6) == 0 && u16(end, 8) == u16(end, 10));
        Directory small = new Directory(u32(end, 16), u32(end, 12), u16(end, 10));
        Directory directory = small;
        long trailer = at;
        if (at >= LOCATOR_LENGTH + LONG_END_LENGTH
                && bytes(at - LOCATOR_LENGTH, 4).getInt(0) == LOCATOR) {
            ByteBuffer locator = bytes(at - LOCATOR_LENGTH, LOCATOR_LENGTH);
            trailer = locator.getLong(8);
            requireOneDisk(locator.getInt(4) == 0 && locator.getInt(16) <= 1);
            if (trailer != at - LOCATOR_LENGTH - LONG_END_LENGTH) {
                throw Refusal.of(path, "its zip64 directory is not where its locator says");
            }
            ByteBuffer longEnd = bytes(trailer, LONG_END_LENGTH);
            if (longEnd.getInt(0) != LONG_END || longEnd.getLong(4) != LONG_END_LENGTH - 12) {
                throw Refusal.of(path, "its zip64 directory is not sound");
            }
            requireOneDisk(
                    longEnd.getInt(16) == 0 && longEnd.getInt(20) == 0 && longEnd.getLong(24) == longEnd.getLong(32));
            directory = new Directory(longEnd.getLong(48), longEnd.getLong(40), longEnd.getLong(32));
            if (!agree(small.begin(), directory.begin(), 0xffffffffL)
                    || !agree(small.length(), directory.length(), 0xffffffffL)
                    || !agree(small.count(), directory.count(), 0xffffL)) {
                throw Refusal.of(path, "its two directories (zip and zip64) contradict each other");
            }
        }
        if (directory.count() < 0 || directory.count() > MOST_MEMBERS) {
            throw Refusal.of(
                    path,
                    "says that it has " + Long.toUnsignedString(directory.count()) + " members; the limit is "
                            + MOST_MEMBERS);
        }
        if (directory.length() < 0
                || directory.length() > LONGEST_DIRECTORY
                || directory.begin() < 0
                || directory.begin() != trailer - directory.length()) {
            throw Refusal.of(
                    path,
                    "its directory is said to be " + Long.toUnsignedString(directory.length()) + " bytes long from "
                            + Long.toUnsignedString(directory.begin()) + " on, which is not where the archive ends");
        }
        return directory;
    }

    private static boolean agree(long small, long large, long unsaid) {
        return small == large || small == unsaid;
    }

    private void requireOneDisk(boolean one) {
        if (!one) {
            throw Refusal.of(path, "is a zip archive of several disks, which is not read");
        }
    }

    private void entries(Directory directory) {
        ByteBuffer entries = bytes(directory.begin(), Math.toIntExact(directory.length()));
        int at = 0;
        for (long i = 0; i < directory.count(); i++) {
            if (entries.limit() - at < ENTRY_LENGTH || entries.getInt(at) != ENTRY) {
                throw Refusal.of(path, "its directory holds fewer members than it says");
            }
            int nameLength = u16(entries, at + 28);
            int extraLength = u16(entries, at + 30);
            int commentLength = u16(entries, at + 32);
            int next = at + ENTRY_LENGTH + nameLength + extraLength + commentLength;
            if (next > entries.limit()) {
                throw Refusal.of(path, "its directory ends in the middle of a member");
            }
            entry(entries, at, nameLength, extraLength, directory.begin());
            at = next;
        }
        if (at != entries.limit()) {
            throw Refusal.of(path, "its directory holds more than its members");
        }
    }

    private void entry(ByteBuffer entries, int at, int nameLength, int extraLength, long limit) {
        String name = name(entries.slice(at + ENTRY_LENGTH, nameLength));
        int flags = u16(entries, at + 8);
        int method = u16(entries, at + 10);
        require((flags & ENCRYPTED) == 0, name, "is encrypted");
        require(
                method == STORED || method == DEFLATED,
                name,
                "is packed by method " + method + "; read are 0 (stored) and 8 (deflated)");
        require(u16(entries, at + 34) == 0, name, "lies on another disk");
        LongSizes sizes = new LongSizes(
                name, entries.slice(at + ENTRY_LENGTH + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN));
        long size = sizes.orLong(u32(entries, at + 24));
        long packed = sizes.orLong(u32(entries, at + 20));
        long header = sizes.orLong(u32(entries, at + 42));
        require(size >= 0 && packed >= 0 && header >= 0, name, "has a size below 0");
        require(
                method != STORED || size == packed,
                name,
                "is stored as it is, but with two sizes: " + size + ", " + packed);
        require(
                header <= limit - LOCAL_LENGTH,
                name,
                "begins at byte " + header + ", behind the last member of the archive");
        long crc = u32(entries, at + 16);
        long offset = local(name, method, new long[] {crc, packed, size}, header, limit);
        require(
                packed <= limit - offset,
                name,
                "ends " + (packed - (limit - offset)) + " bytes behind the last member of the archive");
        require(
                size / BEST_RATIO <= packed + SMALLEST_BLOCK,
                name,
                "is said to become " + size + " bytes from " + packed + ", which no deflated bytes can");
        if (members.put(name, new Member(name, method, packed, size, crc, header, offset)) != null) {
            throw refused(name, "stands twice in the directory");
        }
    }

    /** Holds the header before a member against its entry in the directory; gives where its bytes begin. */
    private long local(String name, int method, long[] expected, long header, long limit) {
        ByteBuffer local = bytes(header, LOCAL_LENGTH);
        require(local.getInt(0) == LOCAL, name, "has no header at byte " + header);
        int nameLength = u16(local, 26);
        int extraLength = u16(local, 28);
        long offset = header + LOCAL_LENGTH + nameLength + extraLength;
        require(offset <= limit, name, "its header ends behind the last member of the archive");
        require(
                nameLength <= LONGEST_NAME && name.equals(name(bytes(header + LOCAL_LENGTH, nameLength))),
                name,
                "has another name before its bytes than in the directory");
        require(
                u16(local, 8) == method && (u16(local, 6) & ENCRYPTED) == 0,
                name,
                "is packed otherwise than the directory says");
        if ((u16(local, 6) & SIZES_BEHIND) == 0) {
            LongSizes sizes = new LongSizes(name, bytes(header + LOCAL_LENGTH + nameLength, extraLength));
            long size = sizes.orLong(u32(local, 22));
            long packed = sizes.orLong(u32(local, 18));
            require(
                    u32(local, 14) == expected[0] && packed == expected[1] && size == expected[2],
                    name,
                    "has another size or checksum before its bytes than in the directory");
        }
        return offset;
    }

    private void requireApart() {
        List<Member> ordered = members.values().stream()
                .sorted(Comparator.comparingLong(Member::header))
                .toList();
        for (int i = 1; i < ordered.size(); i++) {
            Member before = ordered.get(i - 1);
            Member member = ordered.get(i);
            require(
                    before.end() <= member.header(),
                    member.name(),
                    "its bytes overlap those of member " + Printable.quoted(before.name()));
        }
    }

    /** The sizes that do not fit 32 bits, in the order in which they were left out. */
    private final class LongSizes {
        private static final long UNSAID = 0xffffffffL;
        private final String name;
        private final ByteBuffer extra;
        private int at = -1;
        private int end;

        LongSizes(String name, ByteBuffer extra) {
            this.name = name;
            this.extra = extra;
            int field = 0;
            while (extra.limit() - field >= 4) {
                int length = u16(extra, field + 2);
                if (u16(extra, field) == LONG_SIZES && at < 0) {
                    at = field + 4;
                    end = Math.min(extra.limit(), field + 4 + length);
                }
                field += 4 + length;
            }
        }

        long orLong(long small) {
            if (small != UNSAID) {
                return small;
            }
            require(at >= 0 && end - at >= Long.BYTES, name, "has a size of 64 bits that is not there");
            at += Long.BYTES;
            return extra.getLong(at - Long.BYTES);
        }
    }

    private String name(ByteBuffer bytes) {
        if (bytes.limit() > LONGEST_NAME) {
            throw Refusal.of(path, "has a member with a name of " + bytes.limit() + " bytes");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.of(path, "has a member whose name is not UTF-8");
        }
    }

    private ByteBuffer bytes(long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        file.fill(offset, bytes);
        return bytes.flip();
    }

    private static int u16(ByteBuffer bytes, int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private static long u32(ByteBuffer bytes, int at) {
        return Integer.toUnsignedLong(bytes.getInt(at));
    }

    private void require(boolean condition, String name, String reason) {
        if (!condition) {
            throw refused(name, reason);
        }
    }

    private RuntimeException refused(String name, String reason) {
        return Refusal.of(path, "member " + Printable.quoted(name) + ": " + reason);
    }
}
