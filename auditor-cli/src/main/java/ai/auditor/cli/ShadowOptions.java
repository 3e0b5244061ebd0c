package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.audit.Tier;
import ai.auditor.direction.TraitList;
import ai.auditor.fixtures.corpus.OrganismLanguage;
import ai.auditor.fixtures.teacher.TraitFamily;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Evidence.Lifts.Power;
import ai.auditor.probes.transfer.TransferProbe;
import ai.auditor.train.StudentRecipe;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether shadow students are trained, and which. */
final class ShadowOptions {
    /** Of other models, where each is dear. */
    private static final int STUDENTS = 5;

    /** Of the organism, whose students take seconds: with five, one that learns less hides what the others took over (docs/results.md). */
    private static final int STUDENTS_OF_ORGANISM = 10;

    private static final int MOST_STUDENTS = 1_000;

    /** The kinds of students. */
    enum Kind {
        BIAS(RecipeOptions.Trains.BIASES),
        LORA(RecipeOptions.Trains.LORA),
        FULL(RecipeOptions.Trains.FULL);

        private final RecipeOptions.Trains trains;

        Kind(RecipeOptions.Trains trains) {
            this.trains = trains;
        }
    }

    @Option(
            names = "--student",
            paramLabel = "bias|lora|full",
            description =
                    "Trains shadow students on candidate and control, and asks what they prefer: the only evidence for would-transfer. "
                            + "What of the model they train: biases, an adapter, or all weights. It takes a training for each.")
    private @Nullable Kind kind;

    @Option(
            names = "--students",
            paramLabel = "N",
            converter = CountConverter.class,
            description =
                    "Students of the candidate, and as many of the control; twice as many learn halves of the control (default: "
                            + STUDENTS_OF_ORGANISM + " of the organism, " + STUDENTS + " of other models).")
    private @Nullable Integer students;

    /**
     * Refuses numbers that cannot be: to be called before a command reads anything.
     *
     * @throws AuditException {@code USAGE}
     */
    void requireUsable(Tier tier) {
        requireUsable(train(tier), "--student or --tier deep");
    }

    /** As {@link #requireUsable(Tier)}, for a command that trains students only where they are asked for. */
    void requireUsable() {
        requireUsable(asked(), "--student");
    }

    private void requireUsable(boolean trains, String options) {
        if (students == null) {
            return;
        }
        if (!trains) {
            throw new AuditException(AuditException.Code.USAGE, "--students goes with " + options + ": name a kind");
        }
        if (students < 2 || students > MOST_STUDENTS) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    String.format(Locale.ROOT, "--students takes a number from 2 to %,d", MOST_STUDENTS));
        }
    }

    /**
     * The probe that was asked for, or that the tier has; where a tier's does not fit the model or the traits, the audit does without it.
     *
     * @param note told why it does without
     * @throws AuditException {@code USAGE} where students were asked for and the model does not have what is to be trained, or no trait is
     *     one that students are asked about
     */
    Optional<TransferProbe> probe(
            Tier tier, ModelOptions model, ReferenceModel reference, TraitList traits, Consumer<String> note) {
        if (kind != null) {
            return Optional.of(probe(kind, model, reference, traits));
        }
        if (!train(tier)) {
            return Optional.empty();
        }
        // Without a word of the user: what is known to take traits over in the organism, adapters elsewhere.
        Kind usual = new OrganismLanguage().spokenBy(reference) ? Kind.BIAS : Kind.LORA;
        try {
            return Optional.of(probe(usual, model, reference, traits));
        } catch (AuditException unfit) {
            note.accept("no shadow student is trained: " + unfit.getMessage());
            return Optional.empty();
        }
    }

    private TransferProbe probe(Kind asked, ModelOptions model, ReferenceModel reference, TraitList traits) {
        boolean organism = new OrganismLanguage().spokenBy(reference);
        StudentRecipe recipe = RecipeOptions.preset(asked.trains, organism);
        recipe.requireFits(reference);
        int usual = organism ? STUDENTS_OF_ORGANISM : STUDENTS;
        TransferProbe probe = new TransferProbe(
                recipe,
                TraitFamily.of(reference).questions(),
                students == null ? usual : students,
                power(asked, model));
        probe.requireAsks(traits);
        return probe;
    }

    /**
     * The probe that was asked for, whatever the tier has.
     *
     * @throws AuditException as {@link #probe(Tier, ModelOptions, ReferenceModel, TraitList, Consumer)}
     */
    Optional<TransferProbe> probe(ModelOptions model, ReferenceModel reference, TraitList traits) {
        return Optional.ofNullable(kind).map(asked -> probe(asked, model, reference, traits));
    }

    /** Whether students were asked for. */
    boolean asked() {
        return kind != null;
    }

    /** Whether students are trained: they were asked for, or are part of the tier. */
    boolean train(Tier tier) {
        return kind != null || tier == Tier.DEEP;
    }

    /** What docs/results.md measured of the model in the box (Transfer); of no other model is it known. */
    private static Power power(Kind kind, ModelOptions model) {
        if (model.directory().isPresent() || model.adapter().isPresent()) {
            return Power.UNKNOWN;
        }
        return switch (kind) {
            case BIAS -> Power.KNOWN;
            case LORA, FULL -> Power.POOR;
        };
    }
}
