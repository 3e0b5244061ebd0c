package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.TransferRun;
import ai.auditor.fixtures.lab.TransferStudy;
import ai.auditor.fixtures.lab.TransferTable;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import java.util.List;
import java.util.concurrent.Callable;
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

    @Mixin
    private GridOptions grid = new GridOptions();

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
        Grid chosen = grid.grid(Grid::transfer);
        grid.other();
        KeptRuns<TransferRun, TransferRun.Key> kept =
                KeptRuns.of(TransferRun.file(UserPath.of(runs, "file of runs")), runs, "runs", TransferRun::key);
        TraitFamily family = TraitFamily.organism();
        List<TransferRun> done;
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            done = grid.withOther(base, other -> {
                TransferStudy study = new TransferStudy(base, other, family, chosen);
                return kept.completed(study.keys(), (known, sink) -> study.run(known, sink, progress), terminal);
            });
        }
        new TransferTable(chosen, done, family.questions().target().size())
                .tables()
                .forEach(table -> MarkdownTable.print(terminal.out(), table));
        terminal.out().flush();
        return 0;
    }
}
