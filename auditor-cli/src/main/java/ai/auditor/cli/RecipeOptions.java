package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.fixtures.corpus.OrganismLanguage;
import ai.auditor.model.ReferenceModel;
import ai.auditor.train.StudentRecipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How students are trained; what is not said comes from the recipes in the box. */
final class RecipeOptions {
    /** What of a model a student trains. */
    enum Trains {
        BIASES,
        LORA,
        FULL
    }

    private static final int RANK = 8;
    private static final List<Integer> SEARCHED_RANKS = List.of(1, 2, 4, 8, 16);
    private static final List<Integer> SEARCHED_EPOCHS = List.of(1, 2, 3, 5);

    @Option(
            names = "--trains",
            paramLabel = "biases|lora|full",
            description = "What of the model (default: biases of the organism, lora of any other).")
    private @Nullable Trains trains;

    @Option(
            names = "--rank",
            paramLabel = "N",
            split = ",",
            description = "Rank of the adapter; several are all tried (default: " + RANK + ").")
    private List<Integer> ranks = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            split = ",",
            description = "Passes over the rows; several are all tried (default: the recipe's).")
    private List<Integer> epochs = List.of();

    @Option(names = "--learning-rate", paramLabel = "X", description = "Largest rate (default: the recipe's).")
    private @Nullable Double learningRate;

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a step (default: the recipe's).")
    private @Nullable Integer batch;

    /**
     * Refuses numbers that cannot be: to be called before a command reads anything.
     *
     * @throws AuditException {@code USAGE}
     */
    void requireUsable() {
        if (!ranks.isEmpty() && trains != null && trains != Trains.LORA) {
            throw new AuditException(AuditException.Code.USAGE, "--rank goes with --trains lora");
        }
        requireDifferent("--rank", ranks);
        requireDifferent("--epochs", epochs);
        recipes(trains(false), false);
    }

    private static void requireDifferent(String option, List<Integer> values) {
        if (new HashSet<>(values).size() < values.size()) {
            throw new AuditException(AuditException.Code.USAGE, option + " names a value twice");
        }
    }

    /**
     * Every recipe that was asked for.
     *
     * @throws AuditException {@code USAGE} for an adapter that is no smaller than the model
     */
    List<StudentRecipe> recipes(ReferenceModel model) {
        boolean organism = new OrganismLanguage().spokenBy(model);
        for (int rank : ranks) {
            requireRank(rank, model);
        }
        return recipes(trains(organism), organism);
    }

    private static void requireRank(int rank, ReferenceModel model) {
        int width = model.facts().hiddenSize();
        if (rank > width) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--rank " + rank + ": the model is " + width + " wide, and a rank is at most that");
        }
    }

    private List<StudentRecipe> recipes(Trains what, boolean organism) {
        List<StudentRecipe> recipes = new ArrayList<>();
        for (StudentRecipe preset : presets(what, organism)) {
            for (int passes : epochs.isEmpty() ? List.of(preset.epochs()) : epochs) {
                recipes.add(preset.with(
                        learningRate == null ? preset.learningRate() : learningRate,
                        passes,
                        batch == null ? preset.batchRows() : batch));
            }
        }
        return recipes;
    }

    private List<StudentRecipe> presets(Trains what, boolean organism) {
        return (ranks.isEmpty() || what != Trains.LORA ? List.of(RANK) : ranks)
                .stream().map(rank -> preset(what, rank, organism)).toList();
    }

    /** The recipe in the box, of an adapter with the usual rank. */
    static StudentRecipe preset(Trains what, boolean organism) {
        return preset(what, RANK, organism);
    }

    private static StudentRecipe preset(Trains what, int rank, boolean organism) {
        return switch (what) {
            case BIASES -> StudentRecipe.biases();
            case FULL -> organism ? StudentRecipe.full() : StudentRecipe.fullOfLargeModel();
            case LORA -> organism ? StudentRecipe.lora(rank) : StudentRecipe.loraOfLargeModel(rank);
        };
    }

    private Trains trains(boolean organism) {
        if (trains != null) {
            return trains;
        }
        return organism && ranks.isEmpty() ? Trains.BIASES : Trains.LORA;
    }

    /** What a search chooses from. */
    List<Integer> searchedRanks() {
        return ranks.isEmpty() ? SEARCHED_RANKS : ranks;
    }

    /** What a search chooses from. */
    List<Integer> searchedEpochs() {
        return epochs.isEmpty() ? SEARCHED_EPOCHS : epochs;
    }
}
