package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which teachers and students an experiment has, and the initialisation that is its negative. */
final class GridOptions {
    @Option(
            names = "--grid",
            paramLabel = "FILE.yaml",
            description = "Teachers, their traits, and students (default: the grid in the box).")
    private @Nullable String grid;

    @Option(
            names = "--other",
            paramLabel = "DIR",
            description = "An organism of another initialisation, the negative; without it that is left out.")
    private @Nullable String other;

    /** The user's grid, or the one in the box. */
    Grid grid(Supplier<Grid> inTheBox) {
        return Optional.ofNullable(grid)
                .map(name -> Grid.read(UserPath.file(name, "grid")))
                .orElseGet(inTheBox);
    }

    /**
     * The directory of the other initialisation, if one is named.
     *
     * @throws ai.auditor.AuditException {@code USAGE} where it is not there
     */
    Optional<Path> other() {
        return Optional.ofNullable(other).map(name -> UserPath.existing(name, "other model directory"));
    }

    /** What is read of the user's: nothing of it may be written over. */
    List<Path> files() {
        return Stream.concat(
                        Optional.ofNullable(grid).map(name -> UserPath.file(name, "grid")).stream(), other().stream())
                .toList();
    }

    /** Opens the other initialisation as the base was opened, for as long as the work takes. */
    <T> T withOther(ReferenceModel base, Function<Optional<ReferenceModel>, T> work) {
        Optional<ReferenceModel> opened = other().map(directory -> ReferenceModel.open(directory, base.options()));
        try {
            return work.apply(opened);
        } finally {
            opened.ifPresent(ReferenceModel::close);
        }
    }
}
