package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.sae.training.SaePlan;
import ai.auditor.sae.training.SaeRecipe;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an autoencoder is trained. */
final class SaePlanOptions {
    private static final String TOP_K = "topk";
    private static final String BATCH_TOP_K = "batchtopk";
    private static final String JUMP_RELU = "jumprelu";
    private static final int K = 32;
    private static final double SPARSITY = 1;

    @Option(
            names = "--features",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Width of the dictionary (default: ${DEFAULT-VALUE}).")
    private int features;

    @Option(
            names = "--recipe",
            paramLabel = "topk|batchtopk|jumprelu",
            defaultValue = BATCH_TOP_K,
            description =
                    "Which features are active: the k largest of each token, k a token over a batch, or those above learnt "
                            + "thresholds (default: ${DEFAULT-VALUE}).")
    private String recipe = BATCH_TOP_K;

    @Option(
            names = "--k",
            paramLabel = "N",
            description = "Active features a token, of topk and batchtopk (default: " + K + ").")
    private @Nullable Integer k;

    @Option(
            names = "--sparsity",
            paramLabel = "X",
            description =
                    "What the penalty on active features is multiplied with, of jumprelu (default: " + SPARSITY + ").")
    private @Nullable Double sparsity;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Tokens to train on; rows are read again as often as it takes (default: ${DEFAULT-VALUE}).")
    private long tokens;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Tokens of a step (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.0003",
            description = "Of Adam, at its highest (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the order of rows and tokens, and of the first weights (default: ${DEFAULT-VALUE}).")
    private long seed;

    /**
     * The plan.
     *
     * @throws AuditException {@code USAGE} for what no training has
     */
    SaePlan plan() {
        return SaePlan.of(recipe(), features, tokens, batch)
                .learningRate(learningRate)
                .seed(seed);
    }

    private SaeRecipe recipe() {
        return switch (recipe.toLowerCase(Locale.ROOT)) {
            case TOP_K -> SaeRecipe.topK(k());
            case BATCH_TOP_K -> SaeRecipe.batchTopK(k());
            case JUMP_RELU -> SaeRecipe.jumpRelu(sparsity());
            default ->
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "there is no recipe " + UserPath.shown(recipe) + ": topk, batchtopk or jumprelu");
        };
    }

    private int k() {
        if (sparsity != null) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--sparsity is for jumprelu; topk and batchtopk take --k");
        }
        return k == null ? K : k;
    }

    private double sparsity() {
        if (k != null) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--k is for topk and batchtopk; jumprelu takes --sparsity");
        }
        return sparsity == null ? SPARSITY : sparsity;
    }
}
