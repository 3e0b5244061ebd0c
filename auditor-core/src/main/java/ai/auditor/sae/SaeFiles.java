package ai.auditor.sae;

import ai.auditor.AuditException;
import ai.auditor.sae.internal.Format;
import ai.auditor.sae.internal.Place;
import java.nio.file.Path;

/** Autoencoders on disk, in the layouts of the tools that publish them; {@code docs/sae.md} lists them. */
public final class SaeFiles {
    private SaeFiles() {}

    /**
     * Reads an autoencoder whole.
     *
     * @param path the directory that holds its files, or one of them
     * @throws AuditException {@code MODEL}, naming file and tensor, where no known format lies there, or its files are not sound or hold
     *     what is no autoencoder of a point of ours
     */
    public static SaeFile open(Path path) {
        return Format.open(Place.of(path));
    }
}
