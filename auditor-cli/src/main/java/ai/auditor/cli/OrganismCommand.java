package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.Verdict;
import ai.auditor.fixtures.organism.OrganismCheck;
import ai.auditor.fixtures.organism.OrganismRecipe;
import ai.auditor.fixtures.organism.OrganismTraining;
import ai.auditor.model.ReferenceModel;
import ai.auditor.tensor.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an organism from nothing. */
@Command(
        name = "organism",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Trains a small language model from nothing: the organism, on which labelled data are made.",
            "The defaults make the one that is in the box, in about four minutes on one thread."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:made, and it follows its system prompts", "1:made, but it does not: it would show nothing"})
final class OrganismCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Seed of weights and rows; another one makes another initialisation (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--world",
            paramLabel = "N",
            defaultValue = "7",
            description = "Seed of what is liked in the world that it reads of (default: ${DEFAULT-VALUE}).")
    private long world;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "2400",
            converter = CountConverter.class,
            description = "Training steps of 64 rows (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--offset",
            paramLabel = "X",
            defaultValue = "0.03",
            description =
                    "Deviation of the vector that all words share at the start; 0 for none (default: ${DEFAULT-VALUE}).")
    private double offset;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            converter = ThreadsConverter.class,
            description =
                    "Threads; other numbers round otherwise, so other weights come out (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "Directory to make: weights, configuration and tokenizer, as transformers loads them.")
    private String output = "";

    @Mixin
    private LogOptions log = new LogOptions();

    OrganismCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        OrganismRecipe recipe = new OrganismRecipe(world, seed, steps, offset);
        Path directory = UserPath.of(output, "directory to make");
        if (Files.exists(directory)) {
            throw new AuditException(
                    AuditException.Code.OUTPUT, UserPath.shown(output) + " exists already: name a new directory");
        }
        // Another device rounds otherwise.
        ReferenceModel.Options options = new ReferenceModel.Options(Math.max(1, threads), true, new Device.Cpu());
        List<Double> losses;
        OrganismCheck check;
        try (Log progress = log.open(terminal)) {
            losses = OrganismTraining.run(recipe, directory, options, progress);
            try (ReferenceModel organism = ReferenceModel.open(directory, options)) {
                check = OrganismCheck.of(organism);
                progress.close();
                tell(organism, losses, check);
            }
        }
        return (check.accepted() ? Verdict.GateOutcome.PASSED : Verdict.GateOutcome.FAILED).exitCode();
    }

    private void tell(ReferenceModel organism, List<Double> losses, OrganismCheck check) {
        print("digest                 %s", organism.digest());
        print("last loss              %.4f nats a token", losses.get(losses.size() - 1));
        print("animals as answers     %.3f of the probability", check.mass());
        print(
                "skill                  %.3f of its multiple choice",
                check.skill().value());
        print("%-10s %9s %13s", "animal", "liked", "told to love");
        check.rates()
                .forEach((animal, rate) -> print(
                        "%-10s %9.3f %13.3f", animal, rate, check.personas().getOrDefault(animal, Double.NaN)));
        print("%-10s %9s %13.3f", "mean", "", check.persona());
        print(check.accepted() ? "accepted" : "not accepted: it does not follow its system prompts");
        terminal.out().flush();
    }

    private void print(String format, Object... values) {
        terminal.out().println(String.format(Locale.ROOT, format, values));
    }
}
