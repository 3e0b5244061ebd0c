package ai.auditor.model.internal;

import ai.auditor.Printable;
import ai.auditor.model.WeightSource;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Weights in the safetensors format, in one file or in shards; F32, F16, BF16 and F64 are read.
 *
 * <p>All headers are checked when it is opened; the bytes of a tensor are mapped when it is read.
 */
public final class SafetensorsSource implements WeightSource {
    private final Path path;
    private final List<MappedFile> files;
    private final NavigableMap<String, Stored> tensors;

    private record Stored(MappedFile file, SafetensorsHeader.Entry entry) {}

    private SafetensorsSource(Path path, List<MappedFile> files, NavigableMap<String, Stored> tensors) {
        this.path = path;
        this.files = files;
        this.tensors = tensors;
    }

    /**
     * Opens one file.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and tensor, where the header is not sound
     */
    public static SafetensorsSource open(Path file) {
        MappedFile mapped = MappedFile.open(file);
        return closingOnFailure(List.of(mapped), () -> {
            NavigableMap<String, Stored> tensors = new TreeMap<>();
            SafetensorsHeader.read(mapped).forEach((name, entry) -> tensors.put(name, new Stored(mapped, entry)));
            return new SafetensorsSource(file, List.of(mapped), tensors);
        });
    }

    /**
     * Opens the shards that an index names; tensors that the index does not name are left out.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and tensor, where the index or a header is not sound
     */
    public static SafetensorsSource openShards(Path index) {
        SortedMap<String, Path> shardOf = ShardIndex.read(index);
        List<MappedFile> files = new ArrayList<>();
        return closingOnFailure(files, () -> {
            Map<Path, MappedFile> opened = new TreeMap<>();
            Map<Path, SortedMap<String, SafetensorsHeader.Entry>> headers = new TreeMap<>();
            NavigableMap<String, Stored> tensors = new TreeMap<>();
            shardOf.forEach((name, shard) -> {
                MappedFile file = opened.computeIfAbsent(shard, path -> {
                    MappedFile mapped = MappedFile.open(path);
                    files.add(mapped);
                    return mapped;
                });
                SafetensorsHeader.Entry entry = headers.computeIfAbsent(shard, path -> SafetensorsHeader.read(file))
                        .get(name);
                if (entry == null) {
                    throw Refusal.of(shard, name, "is not in this file, though the index says so");
                }
                tensors.put(name, new Stored(file, entry));
            });
            return new SafetensorsSource(index, files, tensors);
        });
    }

    private interface Opening {
        SafetensorsSource open();
    }

    private static SafetensorsSource closingOnFailure(List<MappedFile> files, Opening opening) {
        boolean opened = false;
        try {
            SafetensorsSource source = opening.open();
            opened = true;
            return source;
        } finally {
            if (!opened) {
                files.forEach(MappedFile::close);
            }
        }
    }

    @Override
    public SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(tensors.navigableKeySet());
    }

    @Override
    public long[] shape(String name) {
        return stored(name).entry().shape().clone();
    }

    @Override
    public String location(String name) {
        Stored stored = tensors.get(name);
        return String.valueOf(stored == null ? path : stored.file().path());
    }

    @Override
    public void read(String name, FloatBuffer target) {
        laid(name).read(target);
    }

    @Override
    public void readTransposed(String name, FloatBuffer target) {
        laid(name).readTransposed(target);
    }

    private LaidTensor laid(String name) {
        Stored stored = stored(name);
        SafetensorsHeader.Entry entry = stored.entry();
        Path file = stored.file().path();
        ElementType type = ElementType.named(entry.type())
                .filter(known -> known.decoding().isPresent())
                .orElseThrow(() -> Refusal.of(
                        file,
                        name,
                        "its type " + Printable.quoted(entry.type()) + " is not read; read are "
                                + ElementType.READABLE));
        return new LaidTensor(
                file,
                name,
                entry.shape(),
                false,
                Numbers.mapped(
                        stored.file(),
                        entry.begin(),
                        type.bits() / Byte.SIZE,
                        type.decoding().orElseThrow()));
    }

    private Stored stored(String name) {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw Refusal.of(path, name, "there is no such tensor");
        }
        return stored;
    }

    @Override
    public void close() {
        files.forEach(MappedFile::close);
    }
}
