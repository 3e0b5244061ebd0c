package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.TokenSpan;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.sae.SaeProbe;
import ai.auditor.sae.HookCheck;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import ai.auditor.sae.SaeFiles;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which sparse autoencoder reads the rows, and where. */
final class SaeOptions {
    @Option(
            names = "--sae",
            paramLabel = "PATH",
            description =
                    "A sparse autoencoder of the model: a directory or file as SAELens, Gemma Scope, Llama Scope, sparsify or "
                            + "dictionary_learning publish them, or as \"auditor sae train\" writes it.")
    private @Nullable String path;

    @Option(
            names = "--sae-point",
            paramLabel = "resid_post.K",
            converter = PointConverter.class,
            description = "Whose states it reads, where its files do not say so.")
    private @Nullable Point point;

    @Option(
            names = "--sae-tokens",
            paramLabel = "completion|completion-last|prompt-last|text",
            defaultValue = "completion",
            converter = TokenSpanConverter.class,
            description = "Which tokens of a row are encoded (default: ${DEFAULT-VALUE}).")
    private TokenSpan span = TokenSpan.COMPLETION;

    @Option(
            names = "--sae-unchecked",
            description = "Go on where the autoencoder is dead on these rows, or far from what its files declare.")
    private boolean unchecked;

    /**
     * The files of the autoencoder, if one was named.
     *
     * @throws AuditException {@code USAGE} where nothing is there
     */
    Optional<Path> path() {
        if (path == null && (point != null || unchecked || span != TokenSpan.COMPLETION)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--sae-point, --sae-tokens and --sae-unchecked go with --sae: name the autoencoder");
        }
        return Optional.ofNullable(path).map(name -> UserPath.existing(name, "autoencoder"));
    }

    /**
     * The files of the autoencoder.
     *
     * @throws AuditException {@code USAGE} where none was named, or nothing is there
     */
    Path required() {
        return path().orElseThrow(() -> new AuditException(
                AuditException.Code.USAGE, "no autoencoder was named: name its directory or file with --sae"));
    }

    /** Nothing of it may be written over. */
    List<Path> inputs() {
        return path().stream().toList();
    }

    /**
     * An autoencoder as its files have it, read before any data and any model are.
     *
     * @param point whose states it reads
     * @param span which tokens of a row are encoded
     * @param unchecked whether it is used where it is dead, or far from what its files declare
     */
    record Chosen(SaeFile file, Point point, TokenSpan span, boolean unchecked) {
        SaeFacts facts() {
            return file.facts();
        }

        /**
         * Takes it into memory.
         *
         * @param scope owns it, and is closed before the model
         * @throws AuditException {@code MODEL} where it is not one of this model
         */
        SparseAutoencoder open(ReferenceModel model, Scope scope) {
            new HookCheck(facts()).requireFits(model, point);
            model.decoder().require(point);
            return SparseAutoencoder.of(scope, facts(), file.weights());
        }

        /** The probe that looks by it, with the same owner and errors. */
        SaeProbe probe(ReferenceModel model, Scope scope) {
            return new SaeProbe(
                    open(model, scope),
                    point,
                    span,
                    unchecked,
                    model.description().getOrDefault("name", "the model"));
        }
    }

    /**
     * Reads the files of an autoencoder.
     *
     * @throws AuditException {@code MODEL} where they are not sound or of another point, {@code USAGE} where nothing says which point it reads
     */
    Chosen read(Path files, Progress progress) {
        progress.report("reading the autoencoder", 0, 0, "");
        SaeFile file = SaeFiles.open(files);
        return new Chosen(file, new HookCheck(file.facts()).point(Optional.ofNullable(point)), span, unchecked);
    }
}
