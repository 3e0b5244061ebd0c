package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.data.Sha256;
import ai.auditor.model.Decoder;
import ai.auditor.model.Intervention;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.WeightPlace;
import ai.auditor.train.Parameters.Part;
import ai.auditor.train.Parameters.Piece;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a training made; uses the base that it started from, which has to be open. */
public final class TrainedModel implements AutoCloseable {
    private final ReferenceModel base;
    private final Parameters parameters;
    private final ReferenceModel model;
    private final List<Double> losses;
    private final List<Double> validationLosses;

    private TrainedModel(
            ReferenceModel base,
            Parameters parameters,
            ReferenceModel model,
            List<Double> losses,
            List<Double> validationLosses) {
        this.base = base;
        this.parameters = parameters;
        this.model = model;
        this.losses = List.copyOf(losses);
        this.validationLosses = List.copyOf(validationLosses);
    }

    static TrainedModel of(
            ReferenceModel base, Parameters parameters, List<Double> losses, List<Double> validationLosses) {
        Decoder decoder = base.decoder().with(parameters.weights(parameters.scope()), parameters.scope());
        ReferenceModel model = base.with(decoder, digest(base, parameters));
        return new TrainedModel(base, parameters, model, losses, validationLosses);
    }

    private static String digest(ReferenceModel base, Parameters parameters) {
        Sha256 digest =
                new Sha256().text(base.digest()).text(parameters.trainable().toString());
        float[] values = parameters.values();
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES);
        for (float value : values) {
            digest.bytes(bytes.putFloat(0, value).array(), 0, Float.BYTES);
        }
        return digest.hex();
    }

    /** What was trained. */
    public Trainable trainable() {
        return parameters.trainable();
    }

    /** Loss of each step's batch before the step, in nats: the mean NLL of its tokens, or the mean over its pairs. */
    public List<Double> losses() {
        return losses;
    }

    /** Loss on the validation set each time that it was looked at. */
    public List<Double> validationLosses() {
        return validationLosses;
    }

    /** The model as trained, with the tokenizer of its base, for scoring, generation and further training; closed with this. */
    public ReferenceModel model() {
        return model;
    }

    /** What has to be done to the model's passes beside its weights: a residual vector where one was trained, else nothing. */
    public List<Intervention> interventions() {
        return parameters.trainable() instanceof Trainable.ResidualVector added
                ? List.of(new Intervention.Add(added.point(), parameters.values()))
                : List.of();
    }

    /**
     * Writes a Hugging Face directory, adapters merged into their weights: safetensors, the base's configuration and tokenizer.
     *
     * @param directory must not exist yet; appears whole or not at all
     * @throws AuditException {@code USAGE} where a residual vector was trained; {@code OUTPUT} naming the path
     */
    public void save(Path directory) {
        if (parameters.trainable() instanceof Trainable.ResidualVector) {
            throw new AuditException(
                    AuditException.Code.USAGE, "a residual vector is not a weight; take it from interventions()");
        }
        SavedModel.write(directory, base, model.decoder().source());
    }

    /**
     * Writes a LoRA adapter as a PEFT directory.
     *
     * @param directory must not exist yet; appears whole or not at all
     * @param baseName where PEFT finds the base model
     * @throws AuditException {@code USAGE} where no adapter was trained; {@code OUTPUT} naming the path
     */
    public void saveAdapter(Path directory, String baseName) {
        if (!(parameters.trainable() instanceof Trainable.Lora lora)) {
            throw new AuditException(AuditException.Code.USAGE, "no adapter was trained; save the whole model instead");
        }
        SavedModel.writeAdapter(directory, lora, baseName, base.facts().family().transposedFiles(), factors());
    }

    private MemoryWeights factors() {
        MemoryWeights factors = new MemoryWeights();
        float[] values = parameters.values();
        int next = 0;
        for (Piece piece : parameters.pieces()) {
            float[] factor = java.util.Arrays.copyOfRange(values, next, Math.toIntExact(next + piece.size()));
            next += factor.length;
            WeightPlace place = piece.place();
            String name = place.name(base.facts());
            String module = name.substring(0, name.length() - ".weight".length());
            int rows = Math.toIntExact(piece.shape()[0]);
            int columns = Math.toIntExact(piece.shape()[1]);
            boolean first = piece.part() == Part.FIRST_FACTOR;
            factors.put(
                    "base_model.model." + module + (first ? ".lora_A.weight" : ".lora_B.weight"),
                    first ? WeightPlace.transposed(factor, columns) : place.upright(base.facts(), factor),
                    columns,
                    rows);
        }
        return factors;
    }

    /** Native arrays that are held; for tests of leaks. */
    List<Integer> arrays() {
        return new ArrayList<>(
                List.of(parameters.scope().arrays(), base.decoder().arrays()));
    }

    @Override
    public void close() {
        try {
            model.close();
        } finally {
            parameters.close();
        }
    }
}
