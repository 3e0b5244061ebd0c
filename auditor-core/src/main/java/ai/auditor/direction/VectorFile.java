package ai.auditor.direction;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.Point;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Steering vectors in a safetensors file, read as something that a stranger may have written. */
final class VectorFile {
    /** More than 100,000 tensors need; the format's own reader stops at 100 MB. */
    static final int LARGEST_HEADER = 16 << 20;

    /** Twice what 2,000 words at 32 points of 4,096 numbers need. */
    static final long LARGEST_FILE = 2L << 30;

    static final int LARGEST_VECTOR = 1 << 20;

    /** The header is padded so that the numbers start on a multiple of it. */
    private static final int ALIGNMENT = 8;

    private static final String METADATA = "__metadata__";
    private static final String TRAIT = "trait";
    private static final String PLACEBO = "placebo";
    private static final Pattern NAME = Pattern.compile("(" + TRAIT + "|" + PLACEBO + ")/([^/]+)/([^/]+)");
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private VectorFile() {}

    static void write(SteeringVectors vectors, Path file) {
        ByteBuffer header = header(vectors);
        AtomicFile.write(file, stream -> {
            stream.write(header.array(), header.arrayOffset(), header.limit());
            for (Direction direction : vectors.traits()) {
                stream.write(bytes(direction.vector()).array());
            }
            for (Direction direction : vectors.placebos()) {
                stream.write(bytes(direction.vector()).array());
            }
        });
    }

    private static ByteBuffer header(SteeringVectors vectors) {
        ObjectNode header = JSON.createObjectNode();
        ObjectNode metadata = header.putObject(METADATA);
        vectors.provenance().forEach(metadata::put);
        long offset = describe(header, TRAIT, vectors.traits(), 0);
        describe(header, PLACEBO, vectors.placebos(), offset);
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int length = Math.addExact(json.length, Math.floorMod(-json.length, ALIGNMENT));
        byte[] padded = Arrays.copyOf(json, length);
        Arrays.fill(padded, json.length, length, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(padded)
                .flip();
    }

    private static long describe(ObjectNode header, String kind, List<Direction> directions, long start) {
        long offset = start;
        for (Direction direction : directions) {
            String name = kind + "/" + direction.name() + "/" + direction.point();
            if (header.has(name)) {
                throw new IllegalArgumentException("two vectors are called " + name);
            }
            long end = offset + (long) direction.vector().length * Float.BYTES;
            ObjectNode entry = header.putObject(name);
            entry.put("dtype", "F32");
            entry.putArray("shape").add(direction.vector().length);
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        return offset;
    }

    private static ByteBuffer bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(vector.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
    }

    static SteeringVectors read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Reading(file, channel).vectors();
        } catch (NoSuchFileException absent) {
            throw new AuditException(AuditException.Code.USAGE, "there is no file of steering vectors " + file, absent);
        } catch (EOFException truncated) {
            throw new AuditException(
                    AuditException.Code.MODEL, "steering vectors " + file + ": it is cut short", truncated);
        } catch (IOException unreadable) {
            AuditException.checkInterrupted();
            throw new AuditException(AuditException.Code.MODEL, "cannot read the steering vectors " + file, unreadable);
        }
    }

    /** What the header says of one tensor. */
    private record Entry(String kind, String name, Point point, String tensor, int length, long start, long end) {}

    /** One pass over one file. */
    private static final class Reading {
        private final Path file;
        private final FileChannel channel;
        private final long size;

        Reading(Path file, FileChannel channel) throws IOException {
            this.file = file;
            this.channel = channel;
            this.size = channel.size();
        }

        SteeringVectors vectors() throws IOException {
            if (size > LARGEST_FILE) {
                throw damaged("it has " + size + " bytes, more than " + LARGEST_FILE);
            }
            long length = bytes(0, Long.BYTES).getLong();
            if (length < 2 || length > LARGEST_HEADER || length > size - Long.BYTES) {
                throw damaged("its header cannot have " + Long.toUnsignedString(length) + " bytes");
            }
            JsonNode header = header((int) length);
            List<Entry> entries = entries(header, size - Long.BYTES - length);
            List<Direction> traits = new ArrayList<>();
            List<Direction> placebos = new ArrayList<>();
            for (Entry entry : entries) {
                Direction direction =
                        new Direction(entry.name(), entry.point(), numbers(entry, Long.BYTES + length + entry.start()));
                (entry.kind().equals(TRAIT) ? traits : placebos).add(direction);
            }
            return new SteeringVectors(traits, placebos, provenance(header));
        }

        private JsonNode header(int length) throws IOException {
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(bytes(Long.BYTES, length))
                        .toString();
                JsonNode header = JSON.readTree(text);
                if (!header.isObject()) {
                    throw damaged("its header is not a JSON object");
                }
                return header;
            } catch (CharacterCodingException malformed) {
                throw damaged("its header is not UTF-8", malformed);
            } catch (JsonProcessingException malformed) {
                throw damaged("its header is not JSON, or a tensor stands twice in it", malformed);
            }
        }

        private Map<String, String> provenance(JsonNode header) {
            Map<String, String> provenance = new HashMap<>();
            if (header.has(METADATA)) {
                if (!header.path(METADATA).isObject()) {
                    throw damaged("its metadata is not a JSON object");
                }
                header.path(METADATA).fields().forEachRemaining(line -> {
                    if (!line.getValue().isTextual()) {
                        throw damaged("its metadata " + Printable.quoted(line.getKey()) + " is not a text");
                    }
                    provenance.put(line.getKey(), line.getValue().textValue());
                });
            }
            return provenance;
        }

        private List<Entry> entries(JsonNode header, long dataSize) {
            List<Entry> entries = new ArrayList<>();
            header.fields().forEachRemaining(field -> {
                if (!field.getKey().equals(METADATA)) {
                    entries.add(entry(field.getKey(), field.getValue()));
                }
            });
            if (entries.stream().noneMatch(entry -> entry.kind().equals(TRAIT))) {
                throw damaged("it holds no trait's vector");
            }
            entries.sort(Comparator.comparingLong(Entry::start));
            long offset = 0;
            for (Entry entry : entries) {
                if (entry.start() != offset) {
                    throw damaged(tensor(entry.tensor()) + " overlaps another, or leaves a gap before it");
                }
                if (entry.length() != entries.get(0).length()) {
                    throw damaged(tensor(entry.tensor()) + " has " + entry.length() + " numbers, others "
                            + entries.get(0).length());
                }
                offset = entry.end();
            }
            if (offset != dataSize) {
                throw damaged("its tensors take " + offset + " bytes, but " + dataSize + " follow the header");
            }
            return entries;
        }

        private Entry entry(String tensor, JsonNode described) {
            Matcher name = NAME.matcher(tensor);
            if (!name.matches() || !TraitListReader.isName(name.group(2))) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "steering vectors " + file + ": unknown " + tensor(tensor)
                                + "; names are trait/NAME/resid_post.K and placebo/NAME/resid_post.K");
            }
            if (!described.path("dtype").asText().equals("F32")) {
                throw damaged(tensor(tensor) + " is of type "
                        + Printable.quoted(described.path("dtype").asText()) + ", not F32");
            }
            JsonNode shape = described.path("shape");
            if (!shape.isArray()
                    || shape.size() != 1
                    || !shape.path(0).isInt()
                    || shape.path(0).intValue() < 1
                    || shape.path(0).intValue() > LARGEST_VECTOR) {
                throw damaged(tensor(tensor) + " must have the shape [d] with d from 1 to " + LARGEST_VECTOR);
            }
            int length = shape.path(0).intValue();
            JsonNode offsets = described.path("data_offsets");
            if (!offsets.isArray()
                    || offsets.size() != 2
                    || !offsets.path(0).isIntegralNumber()
                    || !offsets.path(1).isIntegralNumber()
                    || !offsets.path(0).canConvertToLong()
                    || !offsets.path(1).canConvertToLong()
                    || offsets.path(0).longValue() < 0
                    || offsets.path(0).longValue() > size
                    || offsets.path(1).longValue() != offsets.path(0).longValue() + (long) length * Float.BYTES) {
                throw damaged(tensor(tensor) + " has offsets that do not fit its shape");
            }
            return new Entry(
                    name.group(1),
                    name.group(2),
                    Point.parse(name.group(3)),
                    tensor,
                    length,
                    offsets.path(0).longValue(),
                    offsets.path(1).longValue());
        }

        private float[] numbers(Entry entry, long position) throws IOException {
            float[] vector = new float[entry.length()];
            bytes(position, entry.length() * Float.BYTES).asFloatBuffer().get(vector);
            boolean zero = true;
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw damaged(tensor(entry.tensor()) + " holds a number that is not finite");
                }
                zero &= value == 0;
            }
            if (zero) {
                throw damaged(tensor(entry.tensor()) + " is zero");
            }
            return vector;
        }

        private ByteBuffer bytes(long position, int length) throws IOException {
            if (position + length > size) {
                throw new EOFException();
            }
            ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, position + bytes.position()) < 0) {
                    throw new EOFException();
                }
            }
            return bytes.flip();
        }

        private static String tensor(String name) {
            return "tensor " + Printable.quoted(name);
        }

        private AuditException damaged(String what) {
            return new AuditException(AuditException.Code.MODEL, "steering vectors " + file + ": " + what);
        }

        private AuditException damaged(String what, Exception cause) {
            return new AuditException(AuditException.Code.MODEL, "steering vectors " + file + ": " + what, cause);
        }
    }
}
