package ai.auditor.cli;

import ai.auditor.Progress;
import ai.auditor.audit.PlantedRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.ReadOptions;
import ai.auditor.direction.TraitList;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Rows of a known teacher, for an audit to plant and look for. */
final class SpikeInOptions {
    /** All of them or none. */
    static final class Rows {
        @Option(
                names = "--spike-in",
                paramLabel = "FILE",
                required = true,
                description =
                        "Rows of a teacher whose trait is known, such as \"auditor fixtures teach\" writes: planted among rows of "
                                + "--spike-in-control and looked for by all probes but shadow students, which takes about as long as one "
                                + "more audit. With --reference of such a teacher, to miss what should have been seen ends with 5. Rows of both files have the "
                                + "fields that are named for the candidate, else the usual ones.")
        private String teacher = "";

        @Option(
                names = "--spike-in-control",
                paramLabel = "FILE",
                required = true,
                description = "Rows of that teacher's own control: the same prompts answered without the trait.")
        private String control = "";

        @Option(
                names = "--spike-in-trait",
                paramLabel = "NAME",
                required = true,
                description = "The trait of that teacher.")
        private String trait = "";
    }

    @ArgGroup(exclusive = false, multiplicity = "0..1")
    private @Nullable Rows rows;

    /**
     * Refuses files that are not there and a trait that is not asked about: to be called before a command reads anything.
     *
     * @return the files
     * @throws ai.auditor.AuditException {@code USAGE}
     */
    List<Path> requireUsable(TraitList asked) {
        if (rows == null) {
            return List.of();
        }
        asked.select(List.of(rows.trait));
        return Stream.concat(teacher(rows).stream(), control(rows).stream()).toList();
    }

    /** The rows, by the fields that are named for the candidate where they have them, else by the usual ones. */
    Optional<PlantedRows> read(DatasetOptions datasets, ModelOptions model, Progress progress) {
        if (rows == null) {
            return Optional.empty();
        }
        Dataset teacher = datasets.readUsable(teacher(rows), ReadOptions::withFieldsIfThere, progress);
        Dataset control = datasets.readUsable(control(rows), ReadOptions::withFieldsIfThere, progress);
        model.requireReads(teacher);
        model.requireReads(control);
        return Optional.of(new PlantedRows(rows.trait, teacher, control));
    }

    private static List<Path> teacher(Rows rows) {
        return UserPath.dataset(rows.teacher, "teacher of --spike-in");
    }

    private static List<Path> control(Rows rows) {
        return UserPath.dataset(rows.control, "control of --spike-in");
    }
}
