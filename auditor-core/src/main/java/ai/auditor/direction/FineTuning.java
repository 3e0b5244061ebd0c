package ai.auditor.direction;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.Sha256;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.stats.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What fine-tuning changed in a model, as directions: the mean over prompts of the residual stream at their last token in the fine-tuned
 * model, minus that in its base.
 *
 * <p>The models are read one after the other, so that neither has to be open while the other is.
 */
public final class FineTuning {
    /** The name of the vectors, where a trait's would stand. */
    public static final String NAME = "fine-tuned";

    private FineTuning() {}

    /**
     * What one model makes of prompts.
     *
     * @param digest of the model
     * @param tokens ids of each prompt
     * @param activations at each point {@code [prompts, d_model]}
     */
    public record Reading(String digest, List<int[]> tokens, Map<Point, Matrix> activations) {
        public Reading {
            tokens = List.copyOf(tokens);
            activations = Map.copyOf(activations);
        }

        /**
         * Reads prompts with a model.
         *
         * @throws AuditException {@code USAGE} where the model has no such point
         */
        public static Reading of(ReferenceModel model, List<Prompt> prompts, List<Point> points, Progress progress) {
            ModelPromptReader reader = new ModelPromptReader(model, progress);
            List<int[]> tokens = prompts.stream().map(reader::ids).toList();
            return new Reading(model.digest(), tokens, reader.promptLast(prompts, points));
        }
    }

    /**
     * Refuses a model that cannot be another's fine-tuning, before anything is read.
     *
     * @throws AuditException {@code USAGE} naming the numbers that differ
     */
    public static void requireSameShape(ModelFacts base, ModelFacts fineTuned) {
        if (base.hiddenSize() != fineTuned.hiddenSize() || base.layers() != fineTuned.layers()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the fine-tuned model is not of this base: it has " + fineTuned.layers() + " blocks of width "
                            + fineTuned.hiddenSize() + ", the base " + base.layers() + " of " + base.hiddenSize());
        }
    }

    /**
     * Makes the vectors, one a point.
     *
     * @param base its reading of the same prompts at the same points
     * @param provenance what the caller knows: tool version
     * @throws AuditException {@code USAGE} where the two read other tokens; {@code MODEL} where a difference is not finite, or is zero to the
     *     precision of the numbers it is made of
     */
    public static SteeringVectors vectors(Reading base, Reading fineTuned, Map<String, String> provenance) {
        requireSameTokens(base.tokens(), fineTuned.tokens());
        List<Direction> directions = new ArrayList<>();
        new TreeMap<>(base.activations()).forEach((point, activations) -> {
            Matrix moved =
                    Objects.requireNonNull(fineTuned.activations().get(point), "the models were read at other points");
            Means difference = Means.of(moved, moved.rows()).minusRows(Means.of(activations, activations.rows()));
            requireDifference(point, difference);
            directions.add(new Direction(NAME, point, difference.floats(0)));
        });
        Map<String, String> lines = new TreeMap<>(provenance);
        lines.put("recipe", "fine-tuned minus base");
        lines.put("model", base.digest());
        lines.put("fineTuned", fineTuned.digest());
        lines.put("prompts", Integer.toString(base.tokens().size()));
        lines.put("prompts.tokens", digest(base.tokens()));
        return new SteeringVectors(directions, List.of(), lines);
    }

    private static void requireSameTokens(List<int[]> base, List<int[]> fineTuned) {
        for (int i = 0; i < base.size(); i++) {
            if (!Arrays.equals(base.get(i), fineTuned.get(i))) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "prompt " + (i + 1) + " is other tokens to the fine-tuned model (" + fineTuned.get(i).length
                                + ") than to its base (" + base.get(i).length
                                + "), so that the difference would be one of texts: give both the same tokenizer.json and chat template");
            }
        }
    }

    private static void requireDifference(Point point, Means difference) {
        double size = difference.norm(0);
        if (!Double.isFinite(size)) {
            throw new AuditException(
                    AuditException.Code.MODEL,
                    "the difference at " + point + " is not finite: the models' activations overflow");
        }
        if (size <= VectorRecipes.ROUNDING * difference.scale()) {
            throw new AuditException(
                    AuditException.Code.MODEL,
                    "the fine-tuned model does not differ from its base at " + point
                            + ": it is the same model, or only later blocks were trained; name later points");
        }
    }

    private static String digest(List<int[]> tokens) {
        Sha256 digest = new Sha256();
        tokens.forEach(ids -> digest.text(Arrays.toString(ids)));
        return digest.hex();
    }
}
