package ai.auditor.cli;

import ai.auditor.fixtures.organism.OrganismRecipe;
import ai.auditor.fixtures.organism.OrganismTraining;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains an organism from nothing. */
@Command(
        name = "organism",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Trains a small language model from nothing: the organism on which labelled data are made.")
final class OrganismCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--world", paramLabel = "N", defaultValue = "7", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long world;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "2400",
            description = "Seed (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Option(
            names = "--offset",
            paramLabel = "X",
            defaultValue = "0.03",
            description = "Seed (default: ${DEFAULT-VALUE}).")
    private double offset;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = {"-o"},
            paramLabel = "DIR",
            required = true,
            description = "Seed (default: ${DEFAULT-VALUE}).")
    private String output = "";

    @Mixin
    private LogOptions log = new LogOptions();

    OrganismCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Log progress = log.open(terminal)) {
            List<Double> losses = OrganismTraining.run(
                    new OrganismRecipe(world, seed, steps, offset),
                    Path.of(output),
                    new ReferenceModel.Options(threads, true),
                    progress);
            terminal.out().println(losses.get(losses.size() - 1));
        }
        return 0;
    }
}
