package ai.auditor.model;

import ai.auditor.ModelFile;
import ai.auditor.data.Sha256;
import ai.auditor.model.internal.AdapterConfig;
import ai.auditor.model.internal.Refusal;
import ai.auditor.model.internal.SafetensorsSource;
import java.nio.file.Path;
import java.util.Map;

/** A LoRA adapter as PEFT saves it: a directory of adapter_config.json and adapter_model.safetensors. */
public final class Adapter implements AutoCloseable {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PICKLED = "adapter_model.bin";

    private final Path directory;
    private final AdapterConfig config;
    private final WeightSource tensors;

    private Adapter(Path directory, AdapterConfig config, WeightSource tensors) {
        this.directory = directory;
        this.config = config;
        this.tensors = tensors;
    }

    /** Whether a directory holds an adapter, and no model that could stand alone. */
    public static boolean isIn(Path directory) {
        return ModelFile.exists(directory.resolve(CONFIG)) && !ModelFile.exists(directory.resolve("config.json"));
    }

    /**
     * Opens an adapter; the base that it names is not looked for.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, naming file and field, where it is not sound or not plain LoRA
     */
    static Adapter open(Path directory) {
        AdapterConfig config = AdapterConfig.read(directory.resolve(CONFIG));
        Path weights = directory.resolve(WEIGHTS);
        if (!ModelFile.exists(weights) && ModelFile.exists(directory.resolve(PICKLED))) {
            throw Refusal.of(
                    directory,
                    "has its weights as pickle (" + PICKLED
                            + "), which is never read because it can run code; convert them to " + WEIGHTS);
        }
        return new Adapter(directory, config, SafetensorsSource.open(weights));
    }

    /**
     * A base's weights with the adapter merged into them, as they are read.
     *
     * @param base stays the caller's to close
     * @throws ai.auditor.AuditException {@code MODEL}, naming the first module that the base does not have, or in another shape
     */
    AdaptedWeights on(ModelFacts facts, WeightSource base) {
        return new AdapterFit(config, tensors, facts, base).weights();
    }

    /** What a report says of the adapter, by name. */
    Map<String, String> description() {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return Map.of("adapter", name == null ? "adapter" : name.toString(), "adapter_digest", digest());
    }

    /** SHA-256 over the names and the SHA-256 digests of both files, in hex. */
    String digest() {
        Sha256 whole = new Sha256();
        for (String file : new String[] {CONFIG, WEIGHTS}) {
            whole.text(file).text(WeightFiles.fileDigest(directory.resolve(file)));
        }
        return whole.hex();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
