package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Tool;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.direction.ContrastPair;
import ai.auditor.direction.Direction;
import ai.auditor.direction.FineTuning;
import ai.auditor.direction.ModelPromptReader;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.direction.VectorRecipes;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.report.TerminalReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes steering vectors from the model itself, and shows what it made. */
@Command(
        name = "vectors",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Makes steering vectors of traits, or of what fine-tuning changed, from the model itself, or shows those of a file.")
final class VectorsCommand implements Callable<Integer> {
    private enum Recipe {
        /** The list's question; where it has none, its personas. */
        LIST,
        /** What the model holds ready after being asked about the trait. */
        QUESTION,
        /** System prompts that put the trait on, minus none. */
        PERSONAS
    }

    private final Terminal terminal;

    /** Where vectors come from. */
    static final class Source {
        @ArgGroup(exclusive = false, multiplicity = "1")
        private ModelOptions model = new ModelOptions();

        @Option(
                names = "--show",
                paramLabel = "FILE",
                required = true,
                description = "Shows the vectors of a file that was made before, and how they were made.")
        private @Nullable String show;
    }

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Source source = new Source();

    @Mixin
    private TraitOptions traits = new TraitOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--from",
            paramLabel = "list|question|personas",
            defaultValue = "list",
            description = "The recipe: the list's question about each trait, or its system prompts minus none; "
                    + "\"list\" takes the question if it has one (default: ${DEFAULT-VALUE}).")
    private Recipe recipe = Recipe.LIST;

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "Contrasting completions instead: JSONL of {prompt, positive, negative, trait}.")
    private @Nullable String pairs;

    @Option(
            names = "--fine-tuned",
            paramLabel = "DIR",
            description =
                    "Instead of traits: what fine-tuning changed. DIR is a model made from --model, or an adapter for it; the vector is "
                            + "the mean over prompts, at their last token, of its activations minus those of --model.")
    private @Nullable String fineTuned;

    @Option(
            names = "--prompts",
            paramLabel = "FILE.txt",
            description = "The prompts of --fine-tuned, one a line (default: everyday ones in the words of the model).")
    private @Nullable String prompts;

    @Option(
            names = "--point",
            paramLabel = "resid_post.K",
            split = ",",
            description = "Where vectors are read (default: a sixth, a third, a half and two thirds of the depth).")
    private List<String> points = List.of();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.safetensors",
            description = "The file to write; without it the vectors are only shown.")
    private @Nullable String output;

    VectorsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Optional<Path> changed =
                Optional.ofNullable(fineTuned).map(name -> UserPath.existing(name, "fine-tuned model"));
        if (source.show != null) {
            showFile(UserPath.file(source.show, "vector file"));
        } else if (changed.isPresent()) {
            compare(source.model, changed.get());
        } else {
            make(source.model);
        }
        return 0;
    }

    private void showFile(Path file) {
        if (output != null || pairs != null || fineTuned != null || !points.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--show makes no vectors: it does not go with --pairs, --fine-tuned, --point or -o");
        }
        show(selected(SteeringVectors.read(file)));
    }

    private void compare(ModelOptions model, Path changed) {
        model.requireThere();
        boolean ofTraits = recipe != Recipe.LIST
                || pairs != null
                || traits.file().isPresent()
                || !traits.only().isEmpty();
        if (ofTraits || model.adapter().isPresent()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--fine-tuned compares two models: it does not go with --adapter, --from, --pairs, --traits or --trait-list");
        }
        Optional<Path> promptFile = Optional.ofNullable(prompts).map(name -> UserPath.file(name, "file of prompts"));
        Optional<Dataset> lines = promptFile.map(PromptLines::read);
        lines.ifPresent(model::requireReads);
        List<Prompt> asked = lines.map(dataset -> dataset.rows().stream()
                        .map(row -> new Prompt(row.prompt(), ""))
                        .toList())
                .orElseGet(() -> model.traits().neutralPrompts().stream()
                        .map(text -> new Prompt(
                                List.of(Message.user(text)), model.traits().answerPrefix()))
                        .toList());
        List<Point> wanted = points.stream().map(Point::parse).distinct().toList();
        Optional<Path> file = output(model, Stream.concat(promptFile.stream(), Stream.of(changed)));
        try (Log progress = log.open(terminal)) {
            ModelFacts facts;
            List<Point> at;
            FineTuning.Reading before;
            try (ReferenceModel base = model.open()) {
                facts = base.facts();
                at = wanted.isEmpty() ? Policy.standard().points(facts.layers()) : wanted;
                before = FineTuning.Reading.of(base, asked, at, progress);
            }
            FineTuning.Reading after;
            try (ReferenceModel trained = model.openFineTuned(changed)) {
                FineTuning.requireSameShape(facts, trained.facts());
                after = FineTuning.Reading.of(trained, asked, at, progress);
            }
            told(FineTuning.vectors(before, after, Map.of("tool", Tool.NAME)), file, progress);
        }
    }

    private Optional<Path> output(ModelOptions model, Stream<Path> others) {
        Optional<Path> file = Optional.ofNullable(output).map(name -> OutputFiles.ending(name, ".safetensors"));
        List<Path> inputs = Stream.concat(others, model.inputs().stream()).toList();
        file.ifPresent(path -> OutputFiles.requireUsable(path, inputs));
        return file;
    }

    private void told(SteeringVectors vectors, Optional<Path> file, Log progress) {
        file.ifPresent(vectors::write);
        progress.close();
        show(vectors);
        file.ifPresent(path -> terminal.note("written: " + UserPath.shown(path), List.of()));
    }

    private void make(ModelOptions model) {
        model.requireThere();
        if (prompts != null) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--prompts are those of --fine-tuned: name a fine-tuned model");
        }
        Optional<Path> pairFile = Optional.ofNullable(pairs).map(name -> UserPath.file(name, "file of pairs"));
        Optional<List<ContrastPair>> contrasts = pairFile.map(ContrastPair::read);
        // Pairs name their own traits.
        Optional<TraitList> list = contrasts.isPresent() ? Optional.empty() : Optional.of(traits.list(model));
        List<Point> asked = points.stream().map(Point::parse).toList();
        Optional<Path> file = output(model, Stream.of(pairFile, traits.file()).flatMap(Optional::stream));
        try (Log progress = log.open(terminal);
                ReferenceModel reference = model.open()) {
            List<Point> at =
                    asked.isEmpty() ? Policy.standard().points(reference.facts().layers()) : asked;
            VectorRecipes recipes = new VectorRecipes(
                    new ModelPromptReader(reference, progress),
                    at,
                    Map.of(
                            "model", reference.digest(),
                            "reading", reference.encoder().reading().toString(),
                            "tool", Tool.NAME,
                            "device", reference.options().device().toString(),
                            "weights", reference.options().loading().weights().toString()));
            told(
                    selected(list.map(traitList -> ofList(recipes, traitList))
                            .orElseGet(() -> recipes.fromPairs(contrasts.orElseThrow()))),
                    file,
                    progress);
        }
    }

    private SteeringVectors ofList(VectorRecipes recipes, TraitList list) {
        return switch (recipe) {
            case LIST -> recipes.fromList(list);
            case QUESTION -> recipes.fromQuestion(list);
            case PERSONAS -> recipes.fromPersonas(list);
        };
    }

    private SteeringVectors selected(SteeringVectors all) {
        return traits.only().isEmpty() ? all : all.select(traits.only());
    }

    private void show(SteeringVectors vectors) {
        terminal.out().println(String.format(Locale.ROOT, "%-24s %-16s %10s", "trait", "point", "norm"));
        vectors.traits().forEach(direction -> show(direction, ""));
        vectors.placebos().forEach(direction -> show(direction, "  placebo"));
        terminal.out().println();
        vectors.provenance().forEach((name, fact) -> {
            if (!fact.isBlank()) {
                terminal.out().print(TerminalReport.folded(name + ": " + fact, terminal.width()));
            }
        });
        terminal.out().flush();
    }

    private void show(Direction direction, String mark) {
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "%-24s %-16s %10.4f%s",
                        Printable.line(direction.name()),
                        direction.point(),
                        direction.norm(),
                        mark));
    }
}
