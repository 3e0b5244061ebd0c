package ai.auditor.model;

import ai.auditor.model.internal.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * The numbers of a model that its {@code config.json} states.
 *
 * @param modelType family by which the decoder is chosen, {@code model_type}
 * @param heads query heads
 * @param keyValueHeads heads of keys and values; divides {@code heads}
 * @param headDimension width of one head, even; {@code heads * headDimension} may differ from {@code hiddenSize}
 * @param maxPositions longest context in tokens
 * @param normEpsilon added to the mean square in RMSNorm
 * @param ropeTheta base of the rotary frequencies
 * @param attentionBias whether the query, key, value and output projections have biases
 * @param mlpBias whether the gate, up and down projections have biases
 * @param tiedEmbeddings whether the output head is the embedding matrix
 * @param beginToken id that begins a text, where there is one
 * @param endTokens ids that end a text
 * @param padToken id that fills a batch, where there is one; it may be 0
 */
public record ModelFacts(
        String modelType,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int vocabularySize,
        int maxPositions,
        double normEpsilon,
        double ropeTheta,
        boolean attentionBias,
        boolean mlpBias,
        boolean tiedEmbeddings,
        OptionalInt beginToken,
        List<Integer> endTokens,
        OptionalInt padToken) {
    public ModelFacts {
        endTokens = List.copyOf(endTokens);
    }

    /**
     * Reads {@code config.json} of a model directory.
     *
     * @throws ai.auditor.AuditException {@code MODEL}, where it is not there, not sound, or of a family or rope kind that is not known
     */
    public static ModelFacts read(Path modelDirectory) {
        return ConfigFile.read(modelDirectory);
    }
}
