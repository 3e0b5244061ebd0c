package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.NumberText;
import ai.auditor.audit.Auditor;
import ai.auditor.audit.Halving;
import ai.auditor.audit.Policy;
import ai.auditor.data.Dataset;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.Probes;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Power;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Counts false alarms: random halves of one dataset against each other. */
@Command(
        name = "halves",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "How often the fitted probes call random halves of one clean dataset different.")
final class HalvesCommand implements Callable<Integer> {
    private static final double PER_CENT = 100;

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "One clean dataset: " + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--halvings",
            paramLabel = "N",
            defaultValue = "40",
            description = "How many halvings (default: ${DEFAULT-VALUE}).")
    private int halvings;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "0",
            converter = CountConverter.class,
            description = "A seeded sample of N prompts; 0 takes all (default: ${DEFAULT-VALUE}).")
    private int rows;

    HalvesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        model.requireThere();
        if (halvings < 1) {
            throw new AuditException(AuditException.Code.USAGE, "--halvings takes a number from 1 on");
        }
        try (Log progress = log.open(terminal)) {
            Dataset dataset = datasets.readUsable(files, progress);
            model.requireReads(dataset);
            try (ReferenceModel reference = model.open()) {
                List<Halving> results = Auditor.of(reference)
                        .probes(Probes.standard())
                        .policy(Policy.standard().toBuilder().rows(rows).build())
                        .maxBadRows(datasets.maxBadRows())
                        .progress(progress)
                        .build()
                        .halve(dataset, halvings);
                progress.close();
                print(results);
            }
        }
        return 0;
    }

    private void print(List<Halving> results) {
        double alpha = Policy.standard().alpha();
        TreeSet<String> probes = new TreeSet<>(results.get(0).auroc().keySet());
        for (int i = 0; i < results.size(); i++) {
            Halving result = results.get(i);
            StringBuilder line = new StringBuilder(String.format(
                    Locale.ROOT,
                    "halving %3d  p %-6s  %s",
                    i + 1,
                    NumberText.p(result.p(), 0),
                    result.detected() ? "detected" : "quiet   "));
            probes.forEach(probe -> line.append(String.format(
                    Locale.ROOT, "  %s %.3f", probe, result.auroc().get(probe))));
            terminal.out().println(line);
        }
        int detected = (int) results.stream().filter(Halving::detected).count();
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "%d halvings: p at or below %s in %d, differs detected in %d",
                        results.size(),
                        alpha,
                        results.stream().filter(result -> result.p() <= alpha).count(),
                        detected));
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "The rate of false alarms is at most %.1f %% (upper %.0f %% limit).",
                        PER_CENT * Power.upperRate(detected, results.size(), Estimate.LEVEL),
                        PER_CENT * Estimate.LEVEL));
        terminal.out().flush();
    }
}
