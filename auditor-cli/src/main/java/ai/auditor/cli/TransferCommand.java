package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.RunFile;
import ai.auditor.fixtures.lab.TransferRun;
import ai.auditor.fixtures.lab.TransferStudy;
import ai.auditor.fixtures.lab.TransferTable;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
        RunFile<TransferRun> file = TransferRun.file(UserPath.of(runs, "file of runs"));
        List<TransferRun> before = file.read();
        AtomicFile.requireWritable(file.path());
        List<TransferRun> done = new ArrayList<>();
        TraitFamily family = TraitFamily.organism();
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            grid.withOther(base, other -> {
                TransferStudy study = new TransferStudy(base, other, family, chosen);
                Set<TransferRun.Key> wanted = study.keys();
                Set<TransferRun.Key> known = new HashSet<>();
                before.stream()
                        .filter(run -> wanted.contains(run.key()) && known.add(run.key()))
                        .forEach(done::add);
                if (done.size() < before.size()) {
                    terminal.note(
                            before.size() - done.size() + " runs of " + UserPath.shown(runs)
                                    + " are of other models, settings or versions, or stand twice: they are left out",
                            List.of());
                }
                study.run(
                        known,
                        run -> {
                            file.add(run);
                            done.add(run);
                        },
                        progress);
                return done;
            });
        }
        new TransferTable(chosen, done, family.questions().target().size())
                .tables()
                .forEach(table -> MarkdownTable.print(terminal.out(), table));
        terminal.out().flush();
        return 0;
    }
}
