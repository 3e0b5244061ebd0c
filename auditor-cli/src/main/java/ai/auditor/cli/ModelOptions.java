package ai.auditor.cli;

import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model is read, and with how many threads. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            required = true,
            description =
                    "Directory of the reference model: config.json, tokenizer.json, and safetensors or one GGUF file.")
    private String modelDirectory = "";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            converter = ThreadsConverter.class,
            description = "Threads, at most 256; 0 takes one a processor (default: ${DEFAULT-VALUE}).")
    private int threads;

    /** The directory, which must be there. */
    Path directory() {
        return UserPath.existing(modelDirectory, "model directory");
    }

    ReferenceModel open() {
        ReferenceModel model = ReferenceModel.open(directory(), new ReferenceModel.Options(threads(), true));
        try {
            // A missing tokenizer or template is told before any work starts.
            model.encoder();
            return model;
        } catch (RuntimeException failed) {
            model.close();
            throw failed;
        }
    }

    private int threads() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
