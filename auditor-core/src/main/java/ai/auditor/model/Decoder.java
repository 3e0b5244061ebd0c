package ai.auditor.model;

import ai.auditor.tensor.BlockShape;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Kernels;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * A decoder-only transformer: embedding, blocks, final norm, head; one implementation, driven by {@link ModelFacts}.
 *
 * <p>Holds each weight once and nothing of any pass, so that several threads may run passes at once.
 */
public final class Decoder implements AutoCloseable {
    private final Engine engine;
    private final ModelFacts facts;
    private final Scope scope;
    private final DecoderWeights weights;
    private final Kernels kernels;
    private final Rotation rotation;
    private final boolean ownsKernels;

    private Decoder(Engine engine, ModelFacts facts, Scope scope, DecoderWeights weights, Kernels kernels) {
        this.engine = engine;
        this.facts = facts;
        this.scope = scope;
        this.weights = weights;
        this.kernels = kernels;
        this.rotation = new Rotation(facts.ropeTheta(), facts.headDimension());
        this.ownsKernels = true;
    }

    private Decoder(Decoder kin, Scope scope, DecoderWeights weights) {
        this.engine = kin.engine;
        this.facts = kin.facts;
        this.scope = scope;
        this.weights = weights;
        this.kernels = kin.kernels;
        this.rotation = kin.rotation;
        this.ownsKernels = false;
    }

    /**
     * Reads the weights of a model.
     *
     * @param source may be closed afterwards
     * @param fused whether to take the fused kernels; the plain ones are slow and serve as a check
     */
    public static Decoder load(Engine engine, ModelFacts facts, WeightSource source, boolean fused) {
        Scope scope = engine.open();
        try {
            BlockShape shape = new BlockShape(
                    facts.hiddenSize(),
                    facts.heads(),
                    facts.keyValueHeads(),
                    facts.headDimension(),
                    facts.normEpsilon(),
                    facts.attentionBias(),
                    facts.attentionBias(),
                    facts.mlpBias());
            Kernels kernels = fused ? Kernels.fused(scope, shape) : Kernels.plain(shape);
            return new Decoder(engine, facts, scope, DecoderWeights.load(scope, facts, source), kernels);
        } catch (RuntimeException failed) {
            scope.close();
            throw failed;
        }
    }

    /**
     * The same model with other weights; runs on this decoder's kernels, so that this one has to stay open as long.
     *
     * @param owner closed with the new decoder
     */
    public Decoder with(DecoderWeights others, Scope owner) {
        return new Decoder(this, owner, others);
    }

    /** Opens a scope for arrays that outlive a pass. */
    public Scope scope() {
        engine.enter();
        return engine.open();
    }

    /** The weights in the layout of the kernels. */
    public DecoderWeights weights() {
        return weights;
    }

    /** The weights under their Hugging Face names and in their layout there; to be read while this decoder is open. */
    public WeightSource source() {
        return new StoredWeights(facts, weights);
    }

    /** The model's numbers and switches. */
    public ModelFacts facts() {
        return facts;
    }

    /** Opens a pass of one batch on the calling thread; all its memory is freed when it is closed. */
    public ForwardPass open(TokenBatch batch) {
        engine.enter();
        return new ForwardPass(this, batch, scope.child());
    }

    /** How many arrays the decoder holds between passes; for tests of leaks. */
    public int arrays() {
        return scope.arrays();
    }

    Kernels kernels() {
        return kernels;
    }

    Tensor rotation(Scope passScope, TokenBatch batch) {
        if (batch.layout() instanceof TokenBatch.Blocks blocks) {
            return passScope.floats(
                    rotation.at(blocks.positions()), batch.rows(), batch.length(), 1, rotation.pairs(), 2);
        }
        int[] counted = IntStream.range(0, batch.length()).toArray();
        return passScope.floats(rotation.at(counted), 1, batch.length(), 1, rotation.pairs(), 2);
    }

    @Override
    public void close() {
        if (ownsKernels) {
            kernels.close();
        }
        scope.close();
    }
}
