package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.ModelFile;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.fixtures.organism.EmbeddedOrganism;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.Adapter;
import ai.auditor.model.Loading;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.tensor.WeightType;
import ai.auditor.text.RowEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model is read, where, and with how many threads. */
final class ModelOptions extends EngineOptions {
    private static final String EMBEDDED = "embedded";

    /** Rows of a dataset whose words are looked up: they tell its language. */
    private static final int ROWS_LOOKED_AT = 1_000;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            defaultValue = EMBEDDED,
            description =
                    "Directory of the reference model: config.json, tokenizer.json, and safetensors or one GGUF file "
                            + "(default: ${DEFAULT-VALUE}, a small model in the box that reads numbers and some 120 words).")
    private String name = EMBEDDED;

    @Option(
            names = "--raw",
            description =
                    "The model is a base model: it reads the texts of a prompt's messages, each ended by a line feed, then the "
                            + "completion, even where it has a chat template. Without this a model that has none is refused.")
    private boolean raw;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description =
                    "A LoRA adapter to merge into the model: a directory as PEFT saves it, with adapter_config.json and "
                            + "adapter_model.safetensors.")
    private @Nullable String adapter;

    @Option(
            names = "--weights",
            paramLabel = "fp32|bf16",
            defaultValue = "fp32",
            converter = WeightTypeConverter.class,
            description =
                    "How matrices are held: bf16 takes half the memory and more time, and gives the same numbers where the "
                            + "model's files are bf16 (default: ${DEFAULT-VALUE}).")
    private WeightType weights = WeightType.FLOAT32;

    /**
     * The directory of a user's model; empty for the embedded one.
     *
     * @throws AuditException {@code USAGE} where it is not there, or an adapter alone
     */
    Optional<Path> directory() {
        if (embedded()) {
            return Optional.empty();
        }
        Path directory = UserPath.existing(name, "model directory");
        if (Adapter.isIn(directory)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the model directory " + UserPath.shown(name)
                            + " holds an adapter alone: name its base by --model, and this directory by --adapter");
        }
        return Optional.of(directory);
    }

    /**
     * Refuses a model that is not there, or not to be read as it was asked for: to be called before a command reads anything.
     *
     * @throws AuditException {@code USAGE}
     */
    void requireThere() {
        Optional<Path> named = directory();
        if (raw && named.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--raw is for base models, and the embedded one is none: name another with --model");
        }
        adapter();
        named.ifPresent(this::requireReading);
    }

    private void requireReading(Path directory) {
        // What is missing or broken is told when the model is opened.
        if (ModelFile.exists(directory.resolve("tokenizer.json"))) {
            try {
                RowEncoder.requireReading(directory, raw);
            } catch (AuditException refused) {
                if (refused.code() == AuditException.Code.USAGE) {
                    throw refused;
                }
            }
        }
    }

    /** Whether the model is read without a chat template. */
    boolean raw() {
        return raw;
    }

    /**
     * The directory of an adapter, where one is to be merged into the model.
     *
     * @throws ai.auditor.AuditException {@code USAGE} where it is not there
     */
    Optional<Path> adapter() {
        return Optional.ofNullable(adapter).map(directory -> UserPath.existing(directory, "adapter"));
    }

    /** What is read of the user's: nothing of it may be written over. */
    List<Path> inputs() {
        return Stream.of(directory(), adapter()).flatMap(Optional::stream).toList();
    }

    private boolean embedded() {
        return name.equals(EMBEDDED);
    }

    /** The model's name for a message. */
    String shown() {
        return directory()
                .map(directory -> String.valueOf(directory.getFileName()))
                .orElse("the embedded organism");
    }

    /** Where others find the model: as the user named it. */
    String name() {
        return name;
    }

    /** The traits that are asked about where the user has no list: in the words of the model. */
    TraitList traits() {
        return embedded() ? TraitFamily.organism().list() : TraitList.animals();
    }

    /**
     * Refuses data in words that the embedded model does not know; any other model is taken to know them.
     *
     * @throws AuditException {@code USAGE}
     */
    void requireReads(Dataset dataset) {
        List<Row> rows = dataset.rows().stream().limit(ROWS_LOOKED_AT).toList();
        requireReads(
                dataset.name(),
                rows.stream().flatMap(row -> row.prompt().stream()).map(Message::content));
        // Known prompts must not hide answers in other words.
        requireReads(dataset.name() + ", its answers", rows.stream().map(Row::completion));
    }

    /** As {@link #requireReads(Dataset)}, of a list of traits. */
    void requireReads(String list, TraitList traits) {
        requireReads(list, traits.traits().stream().map(Trait::name));
    }

    /** As {@link #requireReads(Dataset)}, of any texts. */
    void requireReads(String what, Stream<String> texts) {
        if (embedded()) {
            EmbeddedOrganism.requireLanguage(what, texts);
        }
    }

    ReferenceModel open() {
        return open(List.of());
    }

    /** Opens the model without what lies behind points at which all passes stop; for none, whole. */
    ReferenceModel open(List<Point> stops) {
        return open(adapter(), options(stops));
    }

    /**
     * Opens what was made of this model by training: a model directory, or an adapter that is merged into this model.
     *
     * @throws AuditException {@code MODEL} where it cannot be read, or the adapter is for another base
     */
    ReferenceModel openFineTuned(Path fineTuned) {
        return Adapter.isIn(fineTuned)
                ? open(Optional.of(fineTuned), options())
                : readable(ReferenceModel.open(fineTuned, options()));
    }

    private ReferenceModel open(Optional<Path> lora, ReferenceModel.Options options) {
        return readable(lora.map(files -> directory()
                        .map(directory -> ReferenceModel.open(directory, files, options))
                        .orElseGet(() -> EmbeddedOrganism.open(files, options)))
                .orElseGet(() -> directory()
                        .map(directory -> ReferenceModel.open(directory, options))
                        .orElseGet(() -> EmbeddedOrganism.open(options))));
    }

    private static ReferenceModel readable(ReferenceModel model) {
        try {
            // A missing tokenizer or template is told before any work starts.
            model.encoder();
            return model;
        } catch (RuntimeException failed) {
            model.close();
            throw failed;
        }
    }

    /** How the model is opened. */
    ReferenceModel.Options options() {
        return options(List.of());
    }

    private ReferenceModel.Options options(List<Point> stops) {
        return new ReferenceModel.Options(threads(), new Loading(true, weights, stops), device(), raw);
    }
}
