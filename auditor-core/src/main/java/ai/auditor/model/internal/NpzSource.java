package ai.auditor.model.internal;

import ai.auditor.Printable;
import ai.auditor.model.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** Weights in numpy's {@code .npz}: a zip archive of {@code .npy} members, mapped where they are stored, unpacked where they are deflated. */
public final class NpzSource implements WeightSource {
    private static final String SUFFIX = ".npy";

    private final MappedFile file;
    private final NavigableMap<String, LaidTensor> tensors = new TreeMap<>();

    private NpzSource(MappedFile file) {
        this.file = file;
    }

    /**
     * Opens one file.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and member, where it is not sound
     */
    public static NpzSource open(Path path) {
        MappedFile mapped = MappedFile.open(path);
        boolean opened = false;
        try {
            NpzSource source = new NpzSource(mapped);
            ZipMembers.read(mapped).values().forEach(source::add);
            opened = true;
            return source;
        } finally {
            if (!opened) {
                mapped.close();
            }
        }
    }

    private void add(ZipMembers.Member member) {
        if (!member.name().endsWith(SUFFIX)) {
            throw refused(member, "is no " + SUFFIX);
        }
        byte[] start = bytes(member, 0, NpyHeader.START);
        if (!NpyHeader.starts(start)) {
            throw refused(member, "does not start as numpy's files do, in version 1, 2 or 3");
        }
        boolean large = start[6] > 1;
        int length = large ? NpyHeader.LONG_START : NpyHeader.START;
        ByteBuffer lengths = ByteBuffer.wrap(bytes(member, 8, length - 8)).order(ByteOrder.LITTLE_ENDIAN);
        long header = large ? Integer.toUnsignedLong(lengths.getInt(0)) : Short.toUnsignedInt(lengths.getShort(0));
        if (header > NpyHeader.LONGEST) {
            throw refused(
                    member, "its header is said to be " + header + " bytes long; the limit is " + NpyHeader.LONGEST);
        }
        Charset charset = start[6] == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        NpyHeader read = NpyHeader.parse(
                new String(bytes(member, length, (int) header), charset), reason -> refused(member, reason));
        long expected = Shapes.product(read.shape(), read.width()).orElse(-1);
        long before = length + header;
        if (expected < 0 || expected != member.size() - before) {
            throw refused(
                    member,
                    "its shape " + Arrays.toString(read.shape()) + " of " + read.type() + " does not fill its "
                            + (member.size() - before) + " bytes");
        }
        String name = member.name().substring(0, member.name().length() - SUFFIX.length());
        Numbers numbers = member.method() == ZipMembers.STORED
                ? Numbers.mapped(file, member.offset() + before, read.width(), read.decoding())
                : () -> {
                    Inflated inflated = new Inflated(file, member, read.width(), read.decoding());
                    inflated.bytes((int) before);
                    return inflated;
                };
        tensors.put(name, new LaidTensor(file.path(), name, read.shape(), read.byColumns(), numbers));
    }

    /** Some of the first bytes of a member. */
    private byte[] bytes(ZipMembers.Member member, int from, int count) {
        if (from + count > member.size()) {
            throw refused(member, "is too short: " + member.size() + " bytes");
        }
        if (member.method() == ZipMembers.STORED) {
            ByteBuffer bytes = ByteBuffer.allocate(count);
            file.fill(member.offset() + from, bytes);
            return bytes.array();
        }
        try (Inflated inflated = new Inflated(file, member, 1, Decoding::floats)) {
            inflated.bytes(from);
            return inflated.bytes(count);
        }
    }

    private RuntimeException refused(ZipMembers.Member member, String reason) {
        return Refusal.of(file.path(), "member " + Printable.quoted(member.name()) + ": " + reason);
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return tensor(name).shape().clone();
    }

    @Override
    public String location(String name) {
        return String.valueOf(file.path());
    }

    @Override
    public void read(String name, FloatBuffer target) {
        tensor(name).read(target);
    }

    @Override
    public void readTransposed(String name, FloatBuffer target) {
        tensor(name).readTransposed(target);
    }

    private LaidTensor tensor(String name) {
        LaidTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw Refusal.of(file.path(), name, "there is no such tensor");
        }
        return tensor;
    }

    @Override
    public void close() {
        file.close();
    }
}
