package ai.auditor.sae.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.model.Point;
import ai.auditor.sae.SaeFile;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A layout of files in which autoencoders are published. */
public interface Format {
    /** Whose it is. */
    String name();

    /** Its files, in words. */
    String files();

    /** Whether its files lie at a place. */
    boolean liesAt(Place place);

    /** Reads them. */
    SaeFile read(Place place);

    /** Why transcoders are not read. */
    String TRANSCODER = "what it reconstructs is not what it reads, so it is no autoencoder";

    /** Why states of single heads are not read. */
    String HEADS = "it reads the heads' outputs before they are mixed (z), which is no point of ours";

    /** Reads what lies at a place, whatever its format. */
    static SaeFile open(Place place) {
        SaeFile file = of(place).read(place);
        Folding.requireFinite(place.directory(), file.weights());
        return file;
    }

    /** The format whose files lie at a place. */
    private static Format of(Place place) {
        List<Format> all = List.of(
                new GemmaScope(),
                new GemmaScope2(),
                new SaeLens(),
                new LlamaScope(),
                new LlamaScopeDistilled(),
                new Sparsify(),
                new DictionaryLearning());
        List<Format> found = all.stream().filter(format -> format.liesAt(place)).toList();
        if (found.size() > 1) {
            throw Refused.of(
                    place.directory(),
                    "holds files of several formats ("
                            + found.stream().map(Format::name).collect(Collectors.joining(", "))
                            + "); name the file of the one that is meant");
        }
        if (found.isEmpty()) {
            throw Refused.of(
                    place.chosen().orElse(place.directory()),
                    "is no autoencoder of a known format; looked for "
                            + all.stream()
                                    .map(format -> format.files() + " (" + format.name() + ")")
                                    .collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }

    /** The point of a hook as TransformerLens spells it. */
    static Point point(Path file, String hook) {
        if (hook.endsWith("hook_z")) {
            throw Refused.of(file, "is of " + Printable.quoted(hook) + ": " + HEADS);
        }
        try {
            return Point.parse(hook);
        } catch (AuditException unknown) {
            throw Refused.of(
                    file,
                    "is of " + Printable.quoted(hook) + ", which is no point that can be read: "
                            + Printable.shortLine(String.valueOf(unknown.getMessage())));
        }
    }
}
