package ai.auditor.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Steering vectors of the user's. */
final class VectorOptions {
    @Option(
            names = "--vectors",
            paramLabel = "FILE",
            description = "Steering vectors made by \"auditor vectors\" (default: made from the model).")
    private @Nullable String vectors;

    /** The user's own file, which must be there. */
    Optional<Path> file() {
        return Optional.ofNullable(vectors).map(name -> UserPath.file(name, "vector file"));
    }
}
