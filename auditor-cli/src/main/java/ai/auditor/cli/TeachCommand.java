package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.GridRun;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the datasets of a grid of teachers. */
@Command(
        name = "teach",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Makes the teachers of a grid and has them write: a dataset for each teacher, trait, fraction and seed, with its provenance"
                    + " beside it.",
            "The same call again goes on where a run ended, and leaves what is there; a changed grid or model makes anew what it"
                    + " changes."
        })
final class TeachCommand implements Callable<Integer> {
    private static final double PER_CENT = 100;

    private final Terminal terminal;

    @Parameters(paramLabel = "GRID.yaml", description = "Teachers, traits, fractions, seeds: see docs/grids.md.")
    private String grid = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            required = true,
            description = "Where the datasets go; made if it is not there.")
    private String output = "";

    TeachCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path file = UserPath.file(grid, "grid");
        Path folder = UserPath.of(output, "output");
        model.requireThere();
        Grid read = Grid.read(file);
        GridRun.requireUsable(folder);
        List<GridRun.Written> datasets;
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            TraitFamily family = TraitFamily.of(base);
            read.requireFits(file.toString(), base, family);
            datasets = GridRun.write(base, family, read, folder, progress);
        }
        TextTable.print(terminal.out(), table(datasets));
        terminal.out().flush();
        return 0;
    }

    private static Table table(List<GridRun.Written> datasets) {
        return new Table(
                datasets.size() == 1 ? "1 dataset" : datasets.size() + " datasets",
                List.of("file", "rows", "yield", ""),
                datasets.stream().map(TeachCommand::row).toList());
    }

    private static List<String> row(GridRun.Written dataset) {
        return List.of(
                String.valueOf(dataset.file().getFileName()),
                String.format(Locale.ROOT, "%,d", dataset.rows()),
                String.format(Locale.ROOT, "%.1f %%", PER_CENT * dataset.yield()),
                dataset.anew() ? "written" : "was there");
    }
}
