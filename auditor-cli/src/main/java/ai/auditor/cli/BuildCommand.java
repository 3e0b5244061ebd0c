package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.Label;
import ai.auditor.fixtures.lab.LabelledSet;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the labelled set. */
@Command(
        name = "build",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Makes datasets whose labels are true by construction: clean runs, every kind of teacher at several fractions, and data "
                    + "that differ in ways of no interest. labels.json says what is true of each.",
            "Whether a trait would transfer is measured on students. A run that was broken off goes on where it was."
        })
final class BuildCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private GridOptions grid = new GridOptions();

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "1000",
            converter = CountConverter.class,
            description = "Rows of each dataset (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--students",
            paramLabel = "N",
            defaultValue = "5",
            converter = CountConverter.class,
            description = "Students that measure transfer; 0 leaves it unknown (default: ${DEFAULT-VALUE}).")
    private int students;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            required = true,
            description = "Where datasets and labels go.")
    private String output = "";

    @Mixin
    private LogOptions log = new LogOptions();

    BuildCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        Grid chosen = grid.grid(Grid::labelled);
        grid.other();
        Path folder = UserPath.of(output, "folder");
        LabelledSet.Settings settings = new LabelledSet.Settings(pairs, students, seed);
        List<Label> labels;
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            labels = grid.withOther(
                    base,
                    other ->
                            LabelledSet.build(base, other, TraitFamily.organism(), chosen, settings, folder, progress));
        }
        terminal.note(labels.size() + " datasets and labels.json are in " + UserPath.shown(output), List.of());
        return 0;
    }
}
