package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.tensor.AttentionCache;
import ai.auditor.tensor.BlockShape;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Kernels;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.List;
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
    private final BlockShape shape;
    private final Kernels kernels;
    private final Rotation rotation;
    private final boolean ownsKernels;

    private Decoder(
            Engine engine, ModelFacts facts, Scope scope, DecoderWeights weights, BlockShape shape, Kernels kernels) {
        this.engine = engine;
        this.facts = facts;
        this.scope = scope;
        this.weights = weights;
        this.shape = shape;
        this.kernels = kernels;
        this.rotation = new Rotation(facts.ropeTheta(), facts.headDimension());
        this.ownsKernels = true;
    }

    private Decoder(Decoder kin, Scope scope, DecoderWeights weights) {
        this.engine = kin.engine;
        this.facts = kin.facts;
        this.scope = scope;
        this.weights = weights;
        this.shape = kin.shape;
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
            return new Decoder(engine, facts, scope, DecoderWeights.load(scope, facts, source), shape, kernels);
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
        return new ForwardPass(this, batch, enter());
    }

    /** Makes the calling thread ready for a pass and opens the memory for it. */
    Scope enter() {
        engine.enter();
        return scope.child();
    }

    /** How many arrays the decoder holds between passes; for tests of leaks. */
    public int arrays() {
        return scope.arrays();
    }

    /**
     * Makes sure that the model has a point.
     *
     * @throws AuditException {@code USAGE} where it has not
     */
    public void require(Point point) {
        if (point.block() >= facts.layers()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "no point " + point + ": the model's last is " + new Point(facts.layers() - 1));
        }
    }

    /**
     * Makes sure that interventions can be done in this model.
     *
     * @throws AuditException {@code USAGE} where it has no such point, or a vector is not as wide as its residual stream
     */
    public void require(List<? extends Intervention> interventions) {
        for (Intervention intervention : interventions) {
            require(intervention.point());
            if (intervention.vector().length != facts.hiddenSize()) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "the vector at " + intervention.point() + " has " + intervention.vector().length
                                + " values, the model's residual stream has " + facts.hiddenSize());
            }
        }
    }

    /** Room for what the blocks keep of sequences that grow. */
    List<AttentionCache> caches(Scope passScope, int rows, int slots) {
        return IntStream.range(0, facts.layers())
                .mapToObj(block -> AttentionCache.empty(passScope, shape, rows, slots))
                .toList();
    }

    Kernels kernels() {
        return kernels;
    }

    Tensor rotation(Scope passScope, TokenBatch batch) {
        if (batch.layout() instanceof TokenBatch.Blocks blocks) {
            return rotation(passScope, batch.rows(), blocks.positions());
        }
        return rotation(passScope, 1, IntStream.range(0, batch.length()).toArray());
    }

    /** The rotation of tokens at given positions, {@code [rows, length]}. */
    Tensor rotation(Scope passScope, int rows, int[] positions) {
        return passScope.floats(rotation.at(positions), rows, positions.length / rows, 1, rotation.pairs(), 2);
    }

    @Override
    public void close() {
        if (ownsKernels) {
            kernels.close();
        }
        scope.close();
    }
}
