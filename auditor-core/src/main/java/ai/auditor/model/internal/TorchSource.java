package ai.auditor.model.internal;

import ai.auditor.Printable;
import ai.auditor.model.WeightSource;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Weights that {@code torch.save} wrote: a zip archive of a pickle, which says what there is, and of storages, which hold the numbers.
 * Matrices that lie by rows or by columns are read.
 */
public final class TorchSource implements WeightSource {
    private static final String PICKLE = "data.pkl";
    private static final int LONGEST_PICKLE = 16 << 20;
    private static final int MAGIC = 4;
    private static final byte PICKLE_START = (byte) 0x80;

    private final MappedFile file;
    private final Path path;
    private final NavigableMap<String, LaidTensor> tensors = new TreeMap<>();

    private TorchSource(MappedFile file) {
        this.file = file;
        this.path = file.path();
    }

    /**
     * Opens one file.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and tensor, where it is not sound or asks for more than tensors
     */
    public static TorchSource open(Path path) {
        MappedFile mapped = MappedFile.open(path);
        boolean opened = false;
        try {
            TorchSource source = new TorchSource(mapped);
            source.read();
            opened = true;
            return source;
        } finally {
            if (!opened) {
                mapped.close();
            }
        }
    }

    private void read() {
        requireZip();
        SortedMap<String, ZipMembers.Member> members = ZipMembers.read(file);
        List<String> pickles = members.keySet().stream()
                .filter(name -> name.indexOf('/') > 0 && name.indexOf('/') == name.length() - PICKLE.length() - 1)
                .filter(name -> name.endsWith(PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw Refusal.of(path, "has " + pickles.size() + " members */" + PICKLE + "; torch.save writes one");
        }
        String pickle = pickles.get(0);
        String folder = pickle.substring(0, pickle.length() - PICKLE.length());
        if (members.containsKey(folder + "constants.pkl")) {
            throw Refusal.of(path, "is a TorchScript program, which is not read; save its state_dict with torch.save");
        }
        ZipMembers.Member order = members.get(folder + "byteorder");
        if (order != null && !new String(whole(order), StandardCharsets.US_ASCII).equals("little")) {
            throw Refusal.of(path, "was written by a machine of another byte order, which is not read");
        }
        TensorPickle.read(path, whole(stored(members, pickle))).forEach((name, described) -> {
            ZipMembers.Member storage = stored(members, folder + "data/" + described.storage());
            tensors.put(name, laid(name, described, storage));
        });
    }

    private void requireZip() {
        if (file.size() < MAGIC) {
            throw Refusal.of(path, "is too short for a torch file: " + file.size() + " bytes");
        }
        ByteBuffer start = ByteBuffer.allocate(MAGIC);
        file.fill(0, start);
        if (start.get(0) == PICKLE_START) {
            throw Refusal.of(
                    path,
                    "is a bare pickle as torch wrote it before 1.6, which is not read because it can run code; load it where you trust "
                            + "it and save it again with torch.save");
        }
        if (start.get(0) != 'P' || start.get(1) != 'K') {
            throw Refusal.of(path, "does not start as a zip archive, which torch.save writes");
        }
    }

    private ZipMembers.Member stored(SortedMap<String, ZipMembers.Member> members, String name) {
        ZipMembers.Member member = members.get(name);
        if (member == null) {
            throw Refusal.of(path, "has no member " + Printable.quoted(name) + ", though its pickle needs it");
        }
        if (member.method() != ZipMembers.STORED) {
            throw refused(member, "is packed, which torch.save never does");
        }
        return member;
    }

    private byte[] whole(ZipMembers.Member member) {
        if (member.method() != ZipMembers.STORED || member.size() > LONGEST_PICKLE) {
            throw refused(member, "is packed, or longer than " + LONGEST_PICKLE + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) member.size());
        file.fill(member.offset(), bytes);
        return bytes.array();
    }

    private LaidTensor laid(String name, TensorPickle.Described described, ZipMembers.Member storage) {
        int width = described.type().bits() / Byte.SIZE;
        long[] shape = described.shape();
        if (described.stored() > storage.size() / width || described.stored() * width != storage.size()) {
            throw Refusal.of(
                    path,
                    name,
                    "its storage is said to hold " + described.stored() + " numbers, but has " + storage.size()
                            + " bytes");
        }
        long count = Shapes.product(shape, 1).orElse(-1);
        boolean byRows = lies(shape, described.strides(), false);
        if (count < 0 || described.offset() > described.stored() || count > described.stored() - described.offset()) {
            throw Refusal.of(
                    path,
                    name,
                    "its shape " + Arrays.toString(shape) + " from number " + described.offset()
                            + " on ends behind the " + described.stored() + " numbers of its storage");
        }
        boolean byColumns = !byRows && shape.length == 2 && lies(shape, described.strides(), true);
        if (!byRows && !byColumns && count > 0) {
            throw Refusal.of(
                    path,
                    name,
                    "its numbers lie apart (shape " + Arrays.toString(shape) + ", strides "
                            + Arrays.toString(described.strides()) + "); save it with .contiguous()");
        }
        return new LaidTensor(
                path,
                name,
                shape,
                byColumns,
                Numbers.mapped(file, storage.offset() + described.offset() * width, width, decoding(described.type())));
    }

    /** Whether numbers lie one behind the other: the last axis innermost, or of a matrix the first. */
    private static boolean lies(long[] shape, long[] strides, boolean byColumns) {
        long expected = 1;
        for (int i = 0; i < shape.length; i++) {
            int axis = byColumns ? i : shape.length - 1 - i;
            if (shape[axis] != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= Math.max(1, shape[axis]);
        }
        return true;
    }

    private static Decoding decoding(ElementType type) {
        return switch (type) {
            case I32 -> Decoding::ints;
            case I64 -> Decoding::longs;
            default -> type.decoding().orElseThrow();
        };
    }

    private RuntimeException refused(ZipMembers.Member member, String reason) {
        return Refusal.of(path, "member " + Printable.quoted(member.name()) + ": " + reason);
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
        return String.valueOf(path);
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
            throw Refusal.of(path, name, "there is no such tensor");
        }
        return tensor;
    }

    @Override
    public void close() {
        file.close();
    }
}
