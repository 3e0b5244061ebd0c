package ai.auditor.cli;

import ai.auditor.direction.TraitList;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which traits are asked about. */
final class TraitOptions {
    @Option(
            names = "--traits",
            paramLabel = "A,B",
            split = ",",
            description = "Only these traits of the list (default: all).")
    private List<String> names = List.of();

    @Option(
            names = "--trait-list",
            paramLabel = "FILE",
            description =
                    "A list of your own (JSON: wordings, traits, placebos); default: 55 animals, or the 16 that the embedded "
                            + "model knows.")
    private @Nullable String file;

    /**
     * The whole list: vectors are centred on it.
     *
     * @param model of whose list the traits are where the user has none
     * @throws ai.auditor.AuditException {@code USAGE} for a trait asked for that it does not have, and for a list in words that the
     *     embedded model does not know
     */
    TraitList list(ModelOptions model) {
        Optional<Path> own = file();
        TraitList all = own.map(TraitList::read).orElseGet(model::traits);
        own.ifPresent(path -> model.requireReads(UserPath.shown(path), all));
        if (!names.isEmpty()) {
            all.select(names);
        }
        return all;
    }

    /** The user's own list, which must be there. */
    Optional<Path> file() {
        return Optional.ofNullable(file).map(name -> UserPath.file(name, "trait list"));
    }

    /** The traits that were asked for by name; empty for all. */
    List<String> only() {
        return List.copyOf(names);
    }
}
