package ai.auditor.model.internal;

import ai.auditor.ModelFile;
import ai.auditor.Printable;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** {@code model.safetensors.index.json}: which shard holds which tensor. */
public final class ShardIndex {
    /** Room for 100,000 tensors with long names. */
    private static final long LONGEST = 32L << 20;

    /** Every shard stays open while the model is; the largest public models have about 200. */
    private static final int MOST_SHARDS = 1024;

    private ShardIndex() {}

    /** The shard of every tensor; each lies directly in the index's own directory. */
    public static SortedMap<String, Path> read(Path index) {
        SortedMap<String, Path> shardOf = new TreeMap<>();
        SortedMap<String, Path> shards = new TreeMap<>();
        try (InputStream in = Files.newInputStream(ModelFile.require(index, LONGEST))) {
            StrictJson.stream(index, in, parser -> {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (!field.equals("weight_map")) {
                        parser.skipChildren();
                    } else if (value == JsonToken.START_OBJECT) {
                        readMap(index, parser, shardOf, shards);
                    } else {
                        throw Refusal.of(index, "its weight_map is not an object");
                    }
                }
            });
        } catch (IOException e) {
            throw Refusal.unreadable(index, e);
        }
        if (shardOf.isEmpty()) {
            throw Refusal.of(index, "its weight_map names no tensor");
        }
        return shardOf;
    }

    private static void readMap(
            Path index, JsonParser parser, SortedMap<String, Path> shardOf, SortedMap<String, Path> shards)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String tensor = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw Refusal.of(index, tensor, "its file name is not a text");
            }
            String file = parser.getText();
            Path shard = shards.get(file);
            if (shard == null) {
                shard = beside(index, tensor, file);
                shards.put(file, shard);
            }
            if (shards.size() > MOST_SHARDS) {
                throw Refusal.of(index, "names more than " + MOST_SHARDS + " files");
            }
            shardOf.put(tensor, shard);
        }
    }

    /**
     * An untrusted index may name only files that lie beside it. Where such a file is a link, the index did not choose where it
     * leads: in the cache of Hugging Face every file of a model is a link to {@code ../../blobs}.
     */
    private static Path beside(Path index, String tensor, String name) {
        boolean plain = name.endsWith(".safetensors")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
        if (!plain) {
            throw Refusal.of(
                    index,
                    tensor,
                    "its file " + Printable.quoted(name) + " is not the plain name of a .safetensors file");
        }
        try {
            Path path = index.resolveSibling(name);
            if (!Files.isRegularFile(path)) {
                throw Refusal.of(index, tensor, "its file " + Printable.quoted(name) + " is not there");
            }
            return path;
        } catch (InvalidPathException e) {
            throw Refusal.of(index, tensor, "its file " + Printable.quoted(name) + " is no file name here");
        }
    }
}
