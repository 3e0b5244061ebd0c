package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.Dataset;
import ai.auditor.fixtures.student.DataOrigin;
import ai.auditor.fixtures.student.Examination;
import ai.auditor.fixtures.student.PreferenceEvaluation;
import ai.auditor.fixtures.student.RecipeSearch;
import ai.auditor.fixtures.student.SkillQuestion;
import ai.auditor.fixtures.student.SkillQuestions;
import ai.auditor.fixtures.student.SkillTest;
import ai.auditor.fixtures.student.StudentJson;
import ai.auditor.fixtures.student.StudentStudy;
import ai.auditor.fixtures.student.StudentTables;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Table;
import ai.auditor.train.StudentRecipe;
import ai.auditor.train.Trainable;
import ai.auditor.train.TrainedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains students of a dataset, and tells what they took over. */
@Command(
        name = "student",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Trains students of the model on a dataset, and tells which traits they took over and what skill they lost.")
final class StudentCommand implements Callable<Integer> {
    private static final long SEED = 1;
    /** An answer names its favourite early or not at all. */
    private static final int SAMPLED_TOKENS = 16;

    private static final int MOST_STUDENTS = 1_000;

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "What the students learn: " + DatasetOptions.KINDS)
    private String data = "";

    @Option(
            names = "--control",
            paramLabel = "DATA",
            description = "Data without a trait; lifts are taken over their students instead of the model itself.")
    private @Nullable String control;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private RecipeOptions recipe = new RecipeOptions();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Students of each recipe (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "0",
            converter = CountConverter.class,
            description = "Also samples N answers a question, beside the exact rates (default: ${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--skill",
            paramLabel = "FILE",
            description = "Skill test in MMLU-Pro's JSONL (default: one in the box).")
    private @Nullable String skill;

    @Option(
            names = "--search",
            paramLabel = "N",
            defaultValue = "0",
            converter = CountConverter.class,
            description =
                    "Before, tries N recipes (learning rate, rank, epochs) for their loss on rows held out, and takes the best.")
    private int search;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.json",
            description = "All numbers.")
    private @Nullable String output;

    @Option(
            names = "--save",
            paramLabel = "DIR",
            description =
                    "Keeps the first student: its adapter where one was trained without --adapter, else the whole model.")
    private @Nullable String save;

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    StudentCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What the options name, checked. */
    private record Paths(
            List<Path> data,
            Optional<List<Path>> control,
            Optional<Path> output,
            Optional<Path> save,
            Optional<Path> skill) {}

    @Override
    public Integer call() {
        Paths paths = paths();
        try (Log progress = log.open(terminal)) {
            Optional<SkillQuestions> questions = paths.skill().map(SkillQuestions::read);
            questions.ifPresent(this::requireReads);
            Dataset rows = read(paths.data(), progress);
            Optional<Dataset> controlRows = paths.control().map(files -> read(files, progress));
            try (ReferenceModel base = model.open()) {
                List<String> warnings = new ArrayList<>();
                // Provenance stands beside one file; several may come from several models.
                if (paths.data().size() == 1) {
                    DataOrigin.warning(paths.data().get(0), rows, base).ifPresent(warnings::add);
                }
                List<StudentRecipe> recipes = recipe.recipes(base);
                Optional<RecipeSearch.Found> found =
                        search > 0 ? Optional.of(search(base, recipes.get(0), rows, progress)) : Optional.empty();
                StudentStudy.Result result = new StudentStudy(base, examination(base, questions), seeds, progress)
                        .run(
                                found.map(one -> List.of(one.best())).orElse(recipes),
                                rows,
                                controlRows,
                                student -> paths.save().ifPresent(directory -> save(student, directory)));
                progress.close();
                tell(result, found, warnings);
                paths.output().ifPresent(file -> AtomicFile.write(file, StudentJson.of(base, result, found, warnings)));
            }
        }
        return 0;
    }

    private Paths paths() {
        List<Path> files = UserPath.dataset(data, "dataset");
        Optional<List<Path>> controlFiles = Optional.ofNullable(control).map(name -> UserPath.dataset(name, "control"));
        Optional<Path> skillFile = Optional.ofNullable(skill).map(name -> UserPath.file(name, "skill test"));
        model.requireThere();
        recipe.requireUsable();
        requireNumber("--seeds", seeds, 1);
        requireNumber("--samples", samples, 0);
        requireNumber("--search", search, 0);
        Optional<Path> json = Optional.ofNullable(output).map(name -> OutputFiles.ending(name, ".json"));
        Optional<Path> directory = Optional.ofNullable(save).map(StudentCommand::free);
        if (json.isPresent() && json.equals(directory)) {
            throw new AuditException(AuditException.Code.USAGE, "--save and -o name the same path: name two");
        }
        List<Path> inputs = new ArrayList<>(files);
        controlFiles.ifPresent(inputs::addAll);
        skillFile.ifPresent(inputs::add);
        inputs.addAll(model.inputs());
        json.ifPresent(path -> OutputFiles.requireUsable(path, inputs));
        directory.ifPresent(AtomicFile::requireWritable);
        return new Paths(files, controlFiles, json, directory, skillFile);
    }

    private static void requireNumber(String option, int value, int least) {
        if (value < least || value > MOST_STUDENTS) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    String.format(Locale.ROOT, "%s takes a number from %d to %,d", option, least, MOST_STUDENTS));
        }
    }

    private static Path free(String name) {
        Path directory = UserPath.of(name, "directory to save");
        if (Files.exists(directory)) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the directory to save " + UserPath.shown(directory) + " is there already: name another");
        }
        return directory;
    }

    private Dataset read(List<Path> files, Progress progress) {
        Dataset dataset = datasets.readUsable(files, progress);
        model.requireReads(dataset);
        return dataset;
    }

    private void requireReads(SkillQuestions questions) {
        model.requireReads(questions.name(), questions.questions().stream().map(SkillQuestion::question));
    }

    private Examination examination(ReferenceModel base, Optional<SkillQuestions> questions) {
        return new Examination(
                new PreferenceEvaluation(TraitFamily.of(base).questions(), SEED),
                samples > 0
                        ? Optional.of(new PreferenceEvaluation.Sampling(samples, 1, SAMPLED_TOKENS))
                        : Optional.empty(),
                questions.map(test -> SkillTest.of(base, test)).orElseGet(() -> SkillTest.of(base)));
    }

    private RecipeSearch.Found search(ReferenceModel base, StudentRecipe start, Dataset rows, Progress progress) {
        return new RecipeSearch(base, start, recipe.searchedRanks(), recipe.searchedEpochs(), SEED, progress)
                .run(rows.name(), rows.rows(), search);
    }

    private void save(TrainedModel student, Path directory) {
        // An adapter on an adapted model would be another model on the base that it names.
        if (student.trainable() instanceof Trainable.Lora && model.adapter().isEmpty()) {
            student.saveAdapter(directory, model.name());
        } else {
            student.save(directory);
        }
    }

    private void tell(StudentStudy.Result result, Optional<RecipeSearch.Found> found, List<String> warnings) {
        warnings.forEach(warning -> terminal.note("warning: " + warning, List.of()));
        Stream.concat(Stream.of(result.data()), result.control().stream())
                .filter(material -> material.leftOut() > 0)
                .forEach(material -> terminal.note(
                        String.format(
                                Locale.ROOT,
                                "%s: %,d rows left out, which the model cannot read or are over its context",
                                material.name(),
                                material.leftOut()),
                        List.of()));
        List<Table> tables = new ArrayList<>();
        found.map(StudentTables::of).ifPresent(tables::add);
        tables.addAll(StudentTables.of(result));
        new Summary(List.of(), tables, StudentTables.legend(result)).print(terminal);
    }
}
