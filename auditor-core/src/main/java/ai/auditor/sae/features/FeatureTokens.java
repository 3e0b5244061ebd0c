package ai.auditor.sae.features;

import ai.auditor.model.ReferenceModel;
import ai.auditor.model.Unembedding;
import ai.auditor.model.Unembedding.Moved;
import ai.auditor.sae.SparseAutoencoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens that a feature's decoder direction raises and lowers most, by {@link Unembedding}.
 *
 * @param raised the most raised first
 * @param lowered the most lowered first
 */
public record FeatureTokens(int feature, List<Token> raised, List<Token> lowered) {
    /** How many tokens are shown at each end. */
    public static final int SHOWN = 10;

    public FeatureTokens {
        raised = List.copyOf(raised);
        lowered = List.copyOf(lowered);
    }

    /**
     * A token at one end.
     *
     * @param text as the tokenizer decodes the token alone: not escaped, half a character where the token is one
     * @param logit what a feature of 1 adds to it before the final norm's division
     */
    public record Token(int id, String text, float logit) {}

    /**
     * Reads features out.
     *
     * @param count how many tokens at each end
     */
    public static List<FeatureTokens> of(ReferenceModel model, SparseAutoencoder sae, int[] features, int count) {
        List<Unembedding.Readout> read = new Unembedding(model.decoder()).read(sae.directions(features), count);
        List<FeatureTokens> tokens = new ArrayList<>(features.length);
        for (int i = 0; i < features.length; i++) {
            tokens.add(new FeatureTokens(
                    features[i],
                    texts(model, read.get(i).raised()),
                    texts(model, read.get(i).lowered())));
        }
        return tokens;
    }

    private static List<Token> texts(ReferenceModel model, List<Moved> moved) {
        return moved.stream()
                .map(one -> new Token(one.token(), model.encoder().decode(new int[] {one.token()}), one.logit()))
                .toList();
    }
}
