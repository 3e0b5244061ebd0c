package ai.auditor.model;

import ai.auditor.model.internal.ConfigFile;
import ai.auditor.tensor.BlockShape;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * The numbers and switches of a model that its {@code config.json} states.
 *
 * @param family what its code says, beside these numbers
 * @param heads query heads
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param headDimension width of one head, even; {@code heads * headDimension} may differ from {@code hiddenSize}
 * @param maxPositions longest context in tokens
 * @param normEpsilon added to the mean square, or the variance, in norms
 * @param attention how tokens attend to each other
 * @param activation of the MLP
 * @param logitCap logits are held within plus and minus this by a tanh; 0 for no cap
 * @param parallelResidual whether the MLP reads the stream that the attention reads, and not what that made of it
 * @param biases which projections have biases
 * @param tiedEmbeddings whether the output head is the embedding matrix
 * @param beginToken id that begins a text, where there is one
 * @param endTokens ids that end a text
 * @param padToken id that fills a batch, where there is one; it may be 0
 */
public record ModelFacts(
        Family family,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int vocabularySize,
        int maxPositions,
        double normEpsilon,
        Attention attention,
        BlockShape.Activation activation,
        double logitCap,
        boolean parallelResidual,
        Biases biases,
        boolean tiedEmbeddings,
        OptionalInt beginToken,
        List<Integer> endTokens,
        OptionalInt padToken) {
    public ModelFacts {
        endTokens = List.copyOf(endTokens);
    }

    /**
     * How tokens attend to each other.
     *
     * @param scale what scores are multiplied with
     * @param scoreCap scores are held within plus and minus this by a tanh; 0 for no cap
     * @param rope rotation in blocks that see the whole text
     * @param slidingRope rotation in blocks that see a window
     * @param window how many tokens such a block sees, the token itself included; 0 where no block has a window
     * @param sliding which blocks see a window, one entry a block
     */
    public record Attention(
            double scale, double scoreCap, Rope rope, Rope slidingRope, int window, List<Boolean> sliding) {
        public Attention {
            sliding = List.copyOf(sliding);
        }

        /** How many tokens a block sees; 0 for all. */
        public int window(int block) {
            return sliding.get(block) ? window : 0;
        }

        /** The rotation of a block. */
        public Rope rope(int block) {
            return sliding.get(block) ? slidingRope : rope;
        }
    }

    /** Which projections have biases: queries, keys and values; the attention's output; the MLP. */
    public record Biases(boolean queryKeyValue, boolean attentionOutput, boolean mlp) {}

    /**
     * Reads {@code config.json} of a model directory.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, where it is not there, not sound, or of a family, rope kind or activation that is
     *     not known
     */
    public static ModelFacts read(Path modelDirectory) {
        return ConfigFile.read(modelDirectory);
    }

    /** Name of the family, {@code model_type}. */
    public String modelType() {
        return family.modelType();
    }

    /** The same model with an output head of its own. */
    ModelFacts untied() {
        return new ModelFacts(
                family,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                keyValueHeads,
                headDimension,
                vocabularySize,
                maxPositions,
                normEpsilon,
                attention,
                activation,
                logitCap,
                parallelResidual,
                biases,
                false,
                beginToken,
                endTokens,
                padToken);
    }

    BlockShape blockShape() {
        return new BlockShape(
                hiddenSize,
                heads,
                keyValueHeads,
                headDimension,
                normEpsilon,
                family.layerNorms() ? BlockShape.Norm.LAYER : BlockShape.Norm.RMS,
                family.headNorms(),
                family.postNorms(),
                parallelResidual,
                family.gated(),
                activation,
                attention.scale(),
                attention.scoreCap(),
                logitCap,
                biases.queryKeyValue(),
                biases.attentionOutput(),
                biases.mlp());
    }
}
