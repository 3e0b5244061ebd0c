package ai.auditor.model;

import java.util.Arrays;
import java.util.Optional;

/** A family of models: what its configuration files do not say, since the code of the family does. Numbers stand in {@link ModelFacts}. */
public enum Family {
    LLAMA("llama"),
    MISTRAL("mistral"),
    QWEN2("qwen2"),
    QWEN3("qwen3"),
    GEMMA2("gemma2"),
    GEMMA3("gemma3_text"),
    GPT_NEOX("gpt_neox"),
    GPT2("gpt2");

    private final String modelType;

    Family(String modelType) {
        this.modelType = modelType;
    }

    /** The family of a {@code model_type}. */
    public static Optional<Family> of(String modelType) {
        return Arrays.stream(values())
                .filter(family -> family.modelType.equals(modelType))
                .findFirst();
    }

    /** As config.json spells it, {@code model_type}. */
    public String modelType() {
        return modelType;
    }

    /** Whether the residual stream is read through layer norms, with biases, instead of RMS norms. */
    public boolean layerNorms() {
        return this == GPT_NEOX || this == GPT2;
    }

    /** Whether the MLP multiplies its activation with a second projection. */
    public boolean gated() {
        return !layerNorms();
    }

    /** Whether each query and key head is normed before it is rotated. */
    public boolean headNorms() {
        return this == QWEN3 || this == GEMMA3;
    }

    /** Whether what attention and MLP give is normed before it joins the residual stream. */
    public boolean postNorms() {
        return this == GEMMA2 || this == GEMMA3;
    }

    /** Whether files hold the weights of norms less one. */
    public boolean offsetNorms() {
        return postNorms();
    }

    /** Whether token embeddings are multiplied with the root of the model's width. */
    public boolean scaledEmbeddings() {
        return postNorms();
    }

    /** Whether positions are learned vectors, added to the embeddings, instead of rotations. */
    public boolean learnedPositions() {
        return this == GPT2;
    }

    /** Whether files hold the projections of blocks {@code [in, out]}. */
    public boolean transposedFiles() {
        return names().transposed();
    }

    /** How files of the family name and lay out tensors. */
    TensorNames names() {
        return switch (this) {
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> TensorNames.LLAMA;
            case GEMMA2, GEMMA3 -> TensorNames.GEMMA;
            case GPT_NEOX -> TensorNames.GPT_NEOX;
            case GPT2 -> TensorNames.GPT2;
        };
    }
}
