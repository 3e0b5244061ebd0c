package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.Policy;
import ai.auditor.audit.ReferenceEffect;
import ai.auditor.audit.ReferenceFile;
import ai.auditor.fixtures.lab.LabelFile;
import ai.auditor.fixtures.lab.Scored;
import ai.auditor.fixtures.lab.Scoring;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Audits a labelled set: verdicts beside labels. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Audits every dataset of a labelled set and prints the verdict beside the label, as Markdown.")
final class ScoreCommand implements Callable<Integer> {
    /** The teacher of the grid whose rows are the reference. */
    private static final String STEERED = "steered";

    private final Terminal terminal;

    @Parameters(paramLabel = "FOLDER", description = "Made by \"auditor fixtures build\".")
    private String folder = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--costly-prompts",
            paramLabel = "N",
            defaultValue = "400",
            converter = CountConverter.class,
            description =
                    "Prompts that the gradient and likelihood probes take; 0 takes all (default: ${DEFAULT-VALUE}).")
    private int costlyPrompts;

    @Option(
            names = "--reference",
            paramLabel = "FILE.json",
            description =
                    "Writes what rows of the steered teachers do to each statistic: the model's reference effect.")
    private @Nullable String reference;

    @Mixin
    private LogOptions log = new LogOptions();

    ScoreCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        LabelFile labels = new LabelFile(UserPath.existing(folder, "folder of labelled data"));
        if (labels.read().isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT, UserPath.shown(folder) + " has no labels.json with datasets");
        }
        Optional<Path> file = Optional.ofNullable(reference).map(name -> OutputFiles.ending(name, ".json"));
        file.ifPresent(target -> requireApart(target, labels));
        Policy policy =
                Policy.standard().toBuilder().costlyPrompts(costlyPrompts).build();
        List<Scored> scored;
        try (Log progress = log.open(terminal);
                ReferenceModel reader = model.open()) {
            MarkdownTable.head(terminal.out(), Scored.columns());
            scored = new Scoring(reader, model.traits(), policy).run(labels, one -> print(one.cells()), progress);
        }
        file.ifPresent(target -> {
            ReferenceEffect effect = Scoring.reference(scored, STEERED, "rows of the labelled set's steered teachers");
            ReferenceFile.write(effect, target);
        });
        return 0;
    }

    private static void requireApart(Path target, LabelFile labels) {
        if (target.toAbsolutePath()
                .normalize()
                .startsWith(labels.folder().toAbsolutePath().normalize())) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--reference cannot be written into the folder of labelled data");
        }
        if (labels.read().stream().noneMatch(label -> label.kind().equals(STEERED) && label.fraction() == 1)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--reference is measured on rows that are all a teacher's called \"" + STEERED
                            + "\", and the folder has none");
        }
        OutputFiles.requireUsable(target, List.of(labels.folder()));
    }

    private void print(List<String> cells) {
        MarkdownTable.row(terminal.out(), cells);
        terminal.out().flush();
    }
}
