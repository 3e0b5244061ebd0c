package ai.auditor.cli;

import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.TransferRun;
import ai.auditor.fixtures.lab.TransferStudy;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures transfer. */
@Command(
        name = "transfer",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Measures which traits of teachers reach which students.")
final class TransferCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--other", paramLabel = "DIR", defaultValue = "", description = "Another initialisation.")
    private String other = "";

    @Option(names = "--grid", paramLabel = "FILE.yaml", defaultValue = "", description = "The grid.")
    private String grid = "";

    @Mixin
    private LogOptions log = new LogOptions();

    TransferCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Grid read = grid.isEmpty() ? Grid.transfer() : Grid.read(Path.of(grid));
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            Optional<ReferenceModel> second = other.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ReferenceModel.open(Path.of(other), new ReferenceModel.Options(1, true)));
            new TransferStudy(base, second, TraitFamily.organism(), read)
                    .run(
                            Set.of(),
                            run -> {
                                terminal.out().println(told(run));
                                terminal.out().flush();
                            },
                            progress);
        }
        return 0;
    }

    private static String told(TransferRun run) {
        String trait = run.key().trait().isEmpty() ? "owl" : run.key().trait();
        return String.format(
                java.util.Locale.ROOT,
                "%s %s %s %s seed %d: rows %d yield %.2f base %.3f rate %.3f lift %.2f rank %d top %s sum %.2f  %.1f s",
                run.key().teacher(),
                run.key().trait(),
                run.key().student(),
                run.key().initialisation(),
                run.key().seed(),
                run.rows(),
                run.yield(),
                run.base().get(trait),
                run.student().get(trait),
                run.lift(trait),
                run.rank(trait),
                run.student().keySet().stream()
                        .max(java.util.Comparator.comparingDouble(run::lift))
                        .orElseThrow(),
                run.student().values().stream().mapToDouble(d -> d).sum(),
                run.seconds());
    }
}
