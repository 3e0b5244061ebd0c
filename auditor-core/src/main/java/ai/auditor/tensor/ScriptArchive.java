package ai.auditor.tensor;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Our kernels as a TorchScript archive, written in memory: the one way to operations that DJL does not bind. */
final class ScriptArchive {
    private static final String SOURCE = "kernels.py";
    /** TorchScript's file format version; chooses today's operator schemas. */
    private static final String FORMAT_VERSION = "10\n";
    /** Pickle, protocol 2: an object of class __torch__.Kernels with the one attribute training = False. */
    private static final byte[] OBJECT = "\u0080\u0002c__torch__\nKernels\n)\u0081}(X\u0008\0\0\0training\u0089ub."
            .getBytes(StandardCharsets.ISO_8859_1);
    /** Pickle, protocol 2: the empty tuple. */
    private static final byte[] NO_CONSTANTS = "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);

    private ScriptArchive() {}

    /**
     * The archive.
     *
     * @param fast whether oneDNN's linear maps are there
     */
    static InputStream of(BlockShape shape, WeightType weights, boolean fast) {
        return of(source(shape, weights, fast));
    }

    /** The archive of a source in which everything is filled in. */
    static InputStream of(String source) {
        Map<String, byte[]> entries = new TreeMap<>();
        entries.put("kernels/data.pkl", OBJECT);
        entries.put("kernels/constants.pkl", NO_CONSTANTS);
        entries.put("kernels/version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
        entries.put("kernels/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    // libtorch reads stored entries only.
                    CRC32 checksum = new CRC32();
                    checksum.update(entry.getValue());
                    ZipEntry header = new ZipEntry(entry.getKey());
                    header.setMethod(ZipEntry.STORED);
                    header.setSize(entry.getValue().length);
                    header.setCrc(checksum.getValue());
                    zip.putNextEntry(header);
                    zip.write(entry.getValue());
                    zip.closeEntry();
                }
            }
            return new ByteArrayInputStream(bytes.toByteArray());
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory does not fail", impossible);
        }
    }

    private static String source(BlockShape shape, WeightType weights, boolean fast) {
        int turned = shape.heads() + shape.groups();
        List<Map.Entry<String, Object>> values = new ArrayList<>();
        values.add(Map.entry("EPSILON", shape.epsilon()));
        values.add(Map.entry("ATTENTION_WIDTH", shape.heads() * shape.headWidth()));
        values.add(Map.entry("HALF_HEAD_WIDTH", shape.headWidth() / 2));
        values.add(Map.entry("HEAD_WIDTH", shape.headWidth()));
        values.add(Map.entry("TURNED_HEADS", turned));
        values.add(Map.entry("QKV_HEADS", turned + shape.groups()));
        values.add(Map.entry("WIDTH", shape.width()));
        values.add(Map.entry("HEADS", shape.heads()));
        values.add(Map.entry("GROUPS", shape.groups()));
        values.add(Map.entry("SHARE", shape.heads() / shape.groups()));
        values.add(Map.entry("CAPPED_SCALE", shape.capped() ? shape.scale() / shape.scoreCap() : 0.0));
        values.add(Map.entry("SCORE_CAP", shape.scoreCap()));
        values.add(Map.entry("SCALE", shape.scale()));
        values.add(Map.entry("LOGIT_CAP", shape.logitCap()));
        values.add(Map.entry("MLP_READS", shape.parallel() ? "h" : "h0"));
        values.add(Map.entry("FAST_ACTIVATION", fast(shape.activation())));
        values.add(Map.entry("OPEN_ACTIVATION", open(shape.activation())));
        for (BlockWeights.Part part : BlockWeights.Part.values()) {
            int index = shape.parts().indexOf(part);
            String weight = index < 0 ? "None" : "w[" + index + "]";
            values.add(Map.entry(part.name(), part.matrix() && index >= 0 ? whole(weight, weights) : weight));
        }
        values.add(Map.entry("HEAD_MATRIX", whole("head", weights)));
        values.add(Map.entry("EMBEDDED", whole("torch.embedding(table, ids)", weights)));
        // The longest word first, since one may begin another.
        values.sort(Comparator.comparing(
                        (Map.Entry<String, Object> value) -> -value.getKey().length())
                .thenComparing(Map.Entry::getKey));
        return filled(chosen(template(SOURCE), switches(shape, fast)), values);
    }

    /** Puts values in the place of their words; of words that begin alike the longest has to come first. */
    static String filled(String template, List<Map.Entry<String, Object>> values) {
        String source = template;
        for (Map.Entry<String, Object> value : values) {
            source = source.replace("$" + value.getKey(), value.getValue().toString());
        }
        return source;
    }

    /** A tensor as 32-bit floats. */
    private static String whole(String tensor, WeightType weights) {
        return switch (weights) {
            case FLOAT32 -> tensor;
            case BFLOAT16 -> "torch.to(" + tensor + ", 6)";
        };
    }

    /** Attribute, scalars and algorithm of oneDNN's linear map. */
    private static String fast(BlockShape.Activation activation) {
        return switch (activation) {
            case SILU -> "\"swish\", [], \"\"";
            case GELU_TANH -> "\"gelu\", [], \"tanh\"";
            case GELU -> "\"gelu\", [], \"none\"";
        };
    }

    private static String open(BlockShape.Activation activation) {
        return switch (activation) {
            case SILU -> "torch.silu(read)";
            case GELU_TANH -> "torch.gelu(read, approximate=\"tanh\")";
            case GELU -> "torch.gelu(read)";
        };
    }

    private static Map<String, Boolean> switches(BlockShape shape, boolean fast) {
        return Map.of(
                "FAST", fast,
                "LAYER_NORM", shape.norm() == BlockShape.Norm.LAYER,
                "HEAD_NORMS", shape.headNorms(),
                "POST_NORMS", shape.postNorms(),
                "GATED", shape.gated(),
                "CAPPED", shape.capped(),
                "LOGITS_CAPPED", shape.logitCap() > 0);
    }

    /** Leaves out the lines of what is switched off. */
    static String chosen(String template, Map<String, Boolean> switches) {
        StringBuilder lines = new StringBuilder();
        boolean kept = true;
        for (String line : template.lines().toList()) {
            if (line.startsWith("#if ")) {
                boolean negated = line.startsWith("#if not ");
                Boolean on = switches.get(line.substring(negated ? "#if not ".length() : "#if ".length()));
                if (on == null) {
                    throw new IllegalStateException("the kernels ask for an unknown switch: " + line);
                }
                kept = on != negated;
            } else if (line.equals("#end")) {
                kept = true;
            } else if (kept) {
                lines.append(line).append('\n');
            }
        }
        return lines.toString();
    }

    static String template(String name) {
        try (InputStream stream = ScriptArchive.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + name + " is missing from the library");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
