package ai.auditor.model;

import ai.auditor.FreeMemory;
import ai.auditor.data.Sha256;
import ai.auditor.tensor.Device;
import ai.auditor.tensor.DeviceChoice;
import ai.auditor.tensor.Engine;
import ai.auditor.text.RowEncoder;
import ai.auditor.text.Tokenizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A language model that data are read with: facts, weights and the decoder; safe for several threads at once. */
public final class ReferenceModel implements AutoCloseable {
    private final Path directory;
    private final String digest;
    private final Decoder decoder;

    private final Options options;
    private final Runnable whenClosed;
    private final Map<String, String> adapter;
    private @Nullable Tokenizer tokenizer;
    private @Nullable RowEncoder encoder;

    private ReferenceModel(
            Path directory,
            String digest,
            Decoder decoder,
            Options options,
            Runnable whenClosed,
            Map<String, String> adapter) {
        this.directory = directory;
        this.digest = digest;
        this.decoder = decoder;
        this.options = options;
        this.whenClosed = whenClosed;
        this.adapter = Map.copyOf(adapter);
    }

    /**
     * How a model is opened.
     *
     * @param threads native threads for one operation
     * @param loading what of the weights is loaded, and how
     * @param device where its weights lie and its passes run
     * @param raw whether conversations are read without a chat template, even where the directory has one
     */
    public record Options(int threads, Loading loading, DeviceChoice device, boolean raw) {
        /** On the device that {@code auto} chooses. */
        public Options(int threads, boolean fused) {
            this(threads, fused, new DeviceChoice.Automatic());
        }

        /** Whole, by its chat template, on a device. */
        public Options(int threads, boolean fused, DeviceChoice device) {
            this(threads, Loading.whole(fused), device, false);
        }

        /** All processors, fused kernels, on the device that {@code auto} chooses. */
        public static Options standard() {
            return new Options(Runtime.getRuntime().availableProcessors(), true);
        }

        private Options on(Device settled) {
            return new Options(threads, loading, settled, raw);
        }
    }

    /**
     * Opens a Hugging Face directory: config.json beside safetensors or a GGUF.
     *
     * @throws ai.auditor.AuditException {@code MODEL} where the directory cannot be used, naming file and tensor
     */
    public static ReferenceModel open(Path directory, Options options) {
        return open(directory, options, () -> {});
    }

    /**
     * Opens a Hugging Face directory that the model owns.
     *
     * @param whenClosed ends what the directory needs, which is read until the model closes; not run where the model cannot be opened
     * @throws ai.auditor.AuditException as {@link #open(Path, Options)}
     */
    public static ReferenceModel open(Path directory, Options options, Runnable whenClosed) {
        ModelFacts facts = ModelFacts.read(directory);
        try (WeightSource source = WeightFiles.open(directory)) {
            // Shapes are held against the configuration before the engine starts and memory is taken.
            WeightMap.of(facts, source);
            Engine engine = Engine.start(options.threads(), options.device());
            requireRoom(directory, facts, options, engine);
            String digest = WeightFiles.digest(directory);
            return new ReferenceModel(
                    directory,
                    digest,
                    Decoder.load(engine, facts, source, options.loading()),
                    options.on(engine.device()),
                    whenClosed,
                    Map.of());
        }
    }

    /**
     * Opens a Hugging Face directory with a LoRA adapter merged into its weights, in 32-bit floats, as they are read; tokenizer and chat
     * template are the directory's.
     *
     * @param adapter a PEFT directory: adapter_config.json beside adapter_model.safetensors
     * @throws ai.auditor.AuditException {@code MODEL} as {@link #open(Path, Options)}, and where the adapter is not plain LoRA or not for
     *     this base, naming the first module that does not fit
     */
    public static ReferenceModel open(Path directory, Path adapter, Options options) {
        return open(directory, adapter, options, () -> {});
    }

    /**
     * The same of a directory that the model owns.
     *
     * @param whenClosed as in {@link #open(Path, Options, Runnable)}
     */
    public static ReferenceModel open(Path directory, Path adapter, Options options, Runnable whenClosed) {
        ModelFacts facts = ModelFacts.read(directory);
        try (WeightSource base = WeightFiles.open(directory);
                Adapter lora = Adapter.open(adapter)) {
            AdaptedWeights source = lora.on(facts, base);
            Engine engine = Engine.start(options.threads(), options.device());
            requireRoom(directory, source.facts(), options, engine);
            String digest = new Sha256()
                    .text(WeightFiles.digest(directory))
                    .text(lora.digest())
                    .hex();
            Decoder decoder = Decoder.load(engine, source.facts(), source, options.loading());
            return new ReferenceModel(
                    directory, digest, decoder, options.on(engine.device()), whenClosed, lora.description());
        }
    }

    /**
     * Opens a model whose weights come from elsewhere, such as from memory to start a training from nothing; configuration and tokenizer
     * stand in the directory.
     *
     * @param digest tells these weights from others
     */
    public static ReferenceModel open(Path directory, WeightSource source, String digest, Options options) {
        ModelFacts facts = ModelFacts.read(directory);
        WeightMap.of(facts, source);
        Engine engine = Engine.start(options.threads(), options.device());
        return new ReferenceModel(
                directory,
                digest,
                Decoder.load(engine, facts, source, options.loading()),
                options.on(engine.device()),
                () -> {},
                Map.of());
    }

    /**
     * The same model with another decoder, closed with it; the tokenizer is the directory's.
     *
     * @param digest tells the decoder's weights from others
     */
    public ReferenceModel with(Decoder others, String digest) {
        return new ReferenceModel(directory, digest, others, options, () -> {}, adapter);
    }

    /** Opens a directory with the standard options. */
    public static ReferenceModel open(Path directory) {
        return open(directory, Options.standard());
    }

    /**
     * Turns rows into this model's tokens, by its tokenizer and, where it has one, its chat template, read at the first call.
     *
     * @throws ai.auditor.AuditException {@code MODEL} where the directory has no tokenizer, or either is broken
     */
    public synchronized RowEncoder encoder() {
        RowEncoder known = encoder;
        if (known == null) {
            Tokenizer opened = Tokenizer.open(directory);
            try {
                known = RowEncoder.load(directory, opened, options.raw());
            } catch (RuntimeException failed) {
                opened.close();
                throw failed;
            }
            tokenizer = opened;
            encoder = known;
        }
        return known;
    }

    /**
     * The digit that each token begins with, white space before it left out; below 0 for tokens that begin with none, {@code [vocabulary]}.
     *
     * @throws ai.auditor.AuditException as {@link #encoder}
     */
    public int[] firstDigits() {
        RowEncoder texts = encoder();
        int[] digits = new int[facts().vocabularySize()];
        for (int token = 0; token < digits.length; token++) {
            String text = texts.decode(new int[] {token}).strip();
            char first = text.isEmpty() ? ' ' : text.charAt(0);
            digits[token] = first >= '0' && first <= '9' ? first - '0' : -1;
        }
        return digits;
    }

    /** A GPU's memory is its own affair: what does not fit there the engine says. */
    private static void requireRoom(Path directory, ModelFacts facts, Options options, Engine engine) {
        if (engine.device() instanceof Device.Cpu) {
            Room.require(directory, facts, options.loading(), FreeMemory.bytes());
        }
    }

    /** Native threads for one operation. */
    public int threads() {
        return options.threads();
    }

    /** How it was opened, with the device that it lives on: others opened so are beside it. */
    public Options options() {
        return options;
    }

    /** What a report says of the model, by name. */
    public Map<String, String> description() {
        ModelFacts facts = facts();
        Path name = directory.toAbsolutePath().normalize().getFileName();
        Map<String, String> described = new TreeMap<>(adapter);
        described.putAll(Map.of(
                "name", name == null ? "model" : name.toString(),
                "digest", digest,
                "family", facts.modelType(),
                "blocks", Integer.toString(facts.layers()),
                "d_model", Integer.toString(facts.hiddenSize()),
                "context", Integer.toString(facts.maxPositions()),
                "weights", options.loading().weights().toString()));
        return described;
    }

    /** Where the model lies; its tokenizer stands beside its weights. */
    public Path directory() {
        return directory;
    }

    /** SHA-256 over the model's files, and over those of the adapter where there is one, in hex. */
    public String digest() {
        return digest;
    }

    /** The model's numbers and switches. */
    public ModelFacts facts() {
        return decoder.facts();
    }

    /** Runs batches of tokens. */
    public Decoder decoder() {
        return decoder;
    }

    @Override
    public synchronized void close() {
        try {
            if (tokenizer != null) {
                tokenizer.close();
            }
        } finally {
            try {
                decoder.close();
            } finally {
                whenClosed.run();
            }
        }
    }
}
