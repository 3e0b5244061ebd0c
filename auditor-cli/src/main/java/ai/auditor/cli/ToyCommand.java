package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.fixtures.toy.ToyJson;
import ai.auditor.fixtures.toy.ToyPage;
import ai.auditor.fixtures.toy.ToyStudy;
import ai.auditor.fixtures.toy.ToyTables;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the toy models of superposition. */
@Command(
        name = "toy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Toy models of superposition: what students take over of a feature that they were never shown.")
final class ToyCommand implements Callable<Integer> {
    private enum Format {
        HTML,
        JSON
    }

    private static final Map<String, Format> ENDINGS =
            new TreeMap<>(Map.of(".html", Format.HTML, ".json", Format.JSON));

    private final Terminal terminal;

    @Option(names = "-o", paramLabel = "FILE", description = "A page (.html) or all numbers (.json); may be repeated.")
    private List<String> outputs = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long seed = ToyStudy.Settings.STANDARD.seed();

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = CountConverter.class,
            description = "Training steps of each toy model (default: ${DEFAULT-VALUE}).")
    private int steps = ToyStudy.Settings.STANDARD.steps();

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = CountConverter.class,
            description =
                    "Rows a step at every sparsity; 0 takes 1024 from sparsity 0.99 on and fewer below, which is quicker"
                            + " (default: ${DEFAULT-VALUE}).")
    private int batch = ToyStudy.Settings.STANDARD.batch();

    @Mixin
    private LogOptions log = new LogOptions();

    ToyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<OutputFiles.Output<Format>> files = OutputFiles.read(outputs, ENDINGS);
        files.forEach(file -> AtomicFile.requireWritable(file.path()));
        ToyStudy.Settings settings = new ToyStudy.Settings(seed, steps, batch);
        ToyStudy study;
        try (Log progress = log.open(terminal)) {
            study = ToyStudy.run(settings, progress);
        }
        ToyTables.of(study).forEach(table -> TextTable.print(terminal.out(), table));
        terminal.out().flush();
        for (OutputFiles.Output<Format> file : files) {
            switch (file.format()) {
                case HTML -> ToyPage.write(study, file.path());
                case JSON -> ToyJson.write(study, file.path());
            }
        }
        return 0;
    }
}
