package ai.auditor.cli;

import ai.auditor.audit.Policy;
import ai.auditor.fixtures.lab.Grid;
import ai.auditor.fixtures.lab.Scoreboard;
import ai.auditor.fixtures.lab.ScoreboardRun;
import ai.auditor.fixtures.lab.ScoreboardTables;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Probe;
import ai.auditor.probes.Probes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures error rates by many audits of data that are made for them. */
@Command(
        name = "scoreboard",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Measures how often an audit errs: many audits of labelled data, made anew for each seed: prompts, control run, teachers and sampling.",
            "Audits go to a file as they are done; run again, and what is there is not done anew. Shadow students are trained in no tier."
        })
final class ScoreboardCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private GridOptions grid = new GridOptions();

    @Mixin
    private PolicyOptions policies = new PolicyOptions();

    @Option(
            names = "--runs",
            paramLabel = "FILE.jsonl",
            required = true,
            description = "Where audits are kept, one a line.")
    private String runs = "";

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "400",
            converter = CountConverter.class,
            description = "Pairs of each audit (default: ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(
            names = "--clean",
            paramLabel = "N",
            defaultValue = "200",
            converter = CountConverter.class,
            description = "Audits of data of the base itself (default: ${DEFAULT-VALUE}).")
    private int clean;

    @Option(
            names = "--confounders",
            paramLabel = "N",
            defaultValue = "60",
            converter = CountConverter.class,
            description = "Audits of each kind of data that differ without a trait (default: ${DEFAULT-VALUE}).")
    private int confounders;

    @Option(
            names = "--teachers",
            paramLabel = "N",
            defaultValue = "5",
            converter = CountConverter.class,
            description = "Audits of each teacher, trait and fraction (default: ${DEFAULT-VALUE}).")
    private int teachers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Seed of the first audit of each kind; the next have the next (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--kinds",
            paramLabel = "A,B",
            split = ",",
            description = "Only these kinds of data, as the tables name them (default: all).")
    private List<String> kinds = List.of();

    @Mixin
    private TablesOption tables = new TablesOption();

    @Mixin
    private LogOptions log = new LogOptions();

    ScoreboardCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        Policy policy = policies.policy(new TraitOptions(), tier -> Map.of());
        TraitFamily family = TraitFamily.organism();
        policies.requireKnown(policy, family.list());
        Grid chosen = grid.grid(Grid::labelled);
        grid.other();
        Scoreboard.Settings settings = new Scoreboard.Settings(
                pairs,
                clean,
                confounders,
                teachers,
                seed,
                kinds.stream().map(String::strip).collect(Collectors.toSet()));
        Path kept = UserPath.of(runs, "file of audits");
        List<Path> inputs = new ArrayList<>(model.inputs());
        inputs.addAll(grid.files());
        inputs.addAll(policies.files());
        if (Files.exists(kept)) {
            inputs.add(kept);
        }
        tables.requireUsable(inputs, Optional.of(kept));
        KeptRuns<ScoreboardRun, ScoreboardRun.Key> before =
                KeptRuns.of(ScoreboardRun.file(kept), runs, "audits", ScoreboardRun::key);
        List<Probe> probes = Probes.of(policy).stream()
                .filter(probe -> policy.takes(probe.name()))
                .toList();
        List<ScoreboardRun> done;
        List<String> notMade = new ArrayList<>();
        try (Log progress = log.open(terminal);
                ReferenceModel base = model.open()) {
            done = grid.withOther(base, other -> {
                Scoreboard board = new Scoreboard(base, other, family, chosen, policy, probes, settings);
                board.requireFits();
                return before.completed(
                        board.keys(), (known, sink) -> notMade.addAll(board.run(known, sink, progress)), terminal);
            });
        }
        if (!notMade.isEmpty()) {
            terminal.note(notMade.size() + " datasets could not be made, and were not audited", notMade);
        }
        tables.write(terminal, new ScoreboardTables(done, policy.alpha(), probes).tables());
        return 0;
    }
}
