package ai.auditor.sae.training;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.Point;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeWeights;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory that SAELens 6 loads with {@code SAE.load_from_disk}; it appears whole or not at all. */
public final class SavedSae {
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    /** The SAELens whose layout this is; without it metadata are read as those of older ones, and lost. */
    private static final String LAYOUT = "6.0.0";

    private SavedSae() {}

    /**
     * What an autoencoder was trained on.
     *
     * @param model the model's name
     * @param modelDigest of its files; empty where the states are of no model at hand
     * @param context tokens that the model reads at most
     * @param dataDigests content digest of each dataset by its name
     */
    public record Origin(
            String tool, String model, String modelDigest, Point point, int context, Map<String, String> dataDigests) {}

    /**
     * Writes a directory.
     *
     * @throws AuditException {@code OUTPUT} naming it, where it is there already or cannot be written
     */
    public static void write(Path directory, TrainedSae sae, Origin origin, SaeMetrics metrics) {
        if (Files.exists(directory)) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    Printable.line(directory.toString()) + " exists already; name a new directory for the autoencoder");
        }
        Path place = directory.toAbsolutePath();
        Path unfinished = place.resolveSibling("." + UUID.randomUUID() + ".part");
        try {
            try {
                Files.createDirectories(unfinished);
                AtomicFile.write(
                        unfinished.resolve("cfg.json"),
                        config(sae, origin, metrics).toPrettyString() + "\n");
                SafetensorsFile.write(unfinished.resolve("sae_weights.safetensors"), tensors(sae.weights()), METADATA);
                SafetensorsFile.write(
                        unfinished.resolve("sparsity.safetensors"),
                        new MemoryWeights().put("sparsity", sae.logSparsity(), sae.logSparsity().length),
                        METADATA);
                AuditException.checkInterrupted();
                Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(unfinished);
            }
        } catch (IOException failure) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "cannot write the autoencoder " + Printable.line(directory.toString()) + ": " + Reason.of(failure),
                    failure);
        }
    }

    private static MemoryWeights tensors(SaeWeights weights) {
        int width = weights.decoderBias().length;
        int features = weights.encoderBias().length;
        MemoryWeights tensors = new MemoryWeights()
                .put("W_enc", floats(weights.encoder()), width, features)
                .put("b_enc", weights.encoderBias(), features)
                .put("W_dec", floats(weights.decoder()), features, width)
                .put("b_dec", weights.decoderBias(), width);
        if (weights.activation() instanceof Activation.JumpRelu jump) {
            tensors.put("threshold", jump.thresholds(), features);
        }
        return tensors;
    }

    private static float[] floats(ByteBuffer buffer) {
        float[] floats = new float[buffer.capacity() / Float.BYTES];
        buffer.duplicate()
                .order(ByteOrder.nativeOrder())
                .rewind()
                .asFloatBuffer()
                .get(floats);
        return floats;
    }

    private static ObjectNode config(TrainedSae sae, Origin origin, SaeMetrics metrics) {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.put("architecture", sae.architecture());
        config.put("d_in", sae.weights().decoderBias().length);
        config.put("d_sae", sae.weights().encoderBias().length);
        config.put("dtype", "float32");
        config.put("device", "cpu");
        config.put("apply_b_dec_to_input", true);
        config.put("normalize_activations", "none");
        config.put("reshape_activations", "none");
        if (sae.weights().activation() instanceof Activation.TopK top) {
            config.put("k", top.k());
            // Decoder rows have length one.
            config.put("rescale_acts_by_decoder_norm", false);
        }
        ObjectNode metadata = config.putObject("metadata");
        metadata.put("sae_lens_version", LAYOUT);
        metadata.put("model_name", origin.model());
        metadata.put("hook_name", lensName(origin.point()));
        metadata.put("context_size", origin.context());
        metadata.put("prepend_bos", false);
        metadata.put("training_architecture", sae.plan().recipe().architecture());
        metadata.put("auditor_tool", origin.tool());
        if (!origin.modelDigest().isEmpty()) {
            metadata.put(Hook.MODEL_DIGEST, origin.modelDigest());
        }
        metadata.put(Hook.POINT, origin.point().toString());
        metadata.put("auditor_states_digest", sae.statesDigest());
        if (metrics.tokens() > 0) {
            metadata.put(Declared.L0, metrics.l0());
            metadata.put(Declared.FVU, metrics.fvu());
        }
        metrics.recovered().ifPresent(share -> metadata.put("auditor_ce_recovered", share));
        metadata.put("auditor_alive", metrics.alive());
        metadata.put("auditor_heldout_tokens", metrics.tokens());
        ObjectNode data = metadata.putObject(SaeFacts.TRAINED_ON);
        new TreeMap<>(origin.dataDigests()).forEach(data::put);
        settings(metadata.putObject("auditor_training"), sae);
        return config;
    }

    private static void settings(ObjectNode settings, TrainedSae sae) {
        SaePlan plan = sae.plan();
        settings.put("recipe", plan.recipe().toString());
        settings.put("tokens", (long) plan.steps() * plan.batch());
        settings.put("batch", plan.batch());
        settings.put("buffer", plan.buffer());
        settings.put("learning_rate", plan.learningRate());
        settings.put("warm_up_steps", plan.warmUp());
        settings.put("decay_steps", plan.decay());
        settings.put("clip", plan.clip());
        settings.put("dead_window", plan.deadWindow());
        settings.put("mean_start", plan.meanStart());
        settings.put("scaled", plan.scaled());
        settings.put("scale", sae.scale());
        settings.put("seed", plan.seed());
    }

    /** As TransformerLens spells the point; our own where it has none. */
    static String lensName(Point point) {
        Point.Kind kind = point.kind();
        if (kind.lensName().isEmpty()) {
            return point.toString();
        }
        return kind.inBlock() ? "blocks." + point.block() + "." + kind.lensName() : kind.lensName();
    }

    private static void delete(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            List<Path> all;
            try (Stream<Path> files = Files.list(directory)) {
                all = files.toList();
            }
            for (Path file : all) {
                Files.delete(file);
            }
            Files.delete(directory);
        }
    }
}
