package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.TransferFile;
import ai.auditor.fixtures.lab.TransferRun;
import ai.auditor.fixtures.lab.TransferStudy;
import ai.auditor.fixtures.lab.TransferTable;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures which teachers reach which students. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Measures on the organism which kinds of teachers pass a trait to which kinds of students.",
            "Runs go to a file as they are done; run again, and what is there is not done anew."
        })
final class TransferCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--other",
            paramLabel = "DIR",
            description = "An organism of another initialisation, whose students are the negative.")
    private @Nullable String other;

    @Option(
            names = "--grid",
            paramLabel = "FILE.yaml",
            description = "Teachers, traits, seeds and students (default: the grid in the box, about two hours).")
    private @Nullable String grid;

    @Option(
            names = "--runs",
            paramLabel = "FILE.jsonl",
            required = true,
            description = "Where runs are kept, one a line.")
    private String runs = "";

    @Mixin
    private LogOptions log = new LogOptions();

    TransferCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        Grid chosen = Optional.ofNullable(grid)
                .map(name -> Grid.read(UserPath.file(name, "grid")))
                .orElseGet(Grid::transfer);
        Optional<Path> second =
                Optional.ofNullable(other).map(name -> UserPath.existing(name, "other model directory"));
        TransferFile file = new TransferFile(UserPath.of(runs, "file of runs"));
        List<TransferRun> done = new ArrayList<>(file.read());
        TraitFamily family = TraitFamily.organism();
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            Optional<ReferenceModel> initialisation = second.map(
                    directory -> ReferenceModel.open(directory, new ReferenceModel.Options(base.threads(), true)));
            try {
                Set<TransferRun.Key> known =
                        new HashSet<>(done.stream().map(TransferRun::key).toList());
                new TransferStudy(base, initialisation, family, chosen)
                        .run(
                                known,
                                run -> {
                                    file.add(run);
                                    done.add(run);
                                },
                                progress);
            } finally {
                initialisation.ifPresent(ReferenceModel::close);
            }
        }
        new TransferTable(chosen, done, family.questions().target().size())
                .tables()
                .forEach(this::print);
        terminal.out().flush();
        return 0;
    }

    /** As Markdown, to be taken into a document. */
    private void print(Table table) {
        terminal.out().println("**" + table.title() + "**\n");
        terminal.out().println(line(table.columns()));
        terminal.out()
                .println(line(table.columns().stream().map(column -> "---").toList()));
        table.rows().forEach(row -> terminal.out().println(line(row)));
        terminal.out().println();
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }
}
