package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.tensor.AttentionCache;
import ai.auditor.tensor.BlockShape;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Kernels;
import ai.auditor.tensor.Past;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.tensor.WeightType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
    /** One for each block; blocks of one kind share it. */
    private final List<Rotation> rotations;

    private final WeightType weightType;
    private final boolean ownsKernels;

    private Decoder(
            Engine engine,
            ModelFacts facts,
            Scope scope,
            DecoderWeights weights,
            BlockShape shape,
            Kernels kernels,
            WeightType weightType) {
        this.engine = engine;
        this.facts = facts;
        this.scope = scope;
        this.weights = weights;
        this.shape = shape;
        this.kernels = kernels;
        this.rotations = rotations(facts);
        this.weightType = weightType;
        this.ownsKernels = true;
    }

    private Decoder(Decoder kin, Scope scope, DecoderWeights weights) {
        this.engine = kin.engine;
        this.facts = kin.facts;
        this.scope = scope;
        this.weights = weights;
        this.shape = kin.shape;
        this.kernels = kin.kernels;
        this.rotations = kin.rotations;
        this.weightType = kin.weightType;
        this.ownsKernels = false;
    }

    private static List<Rotation> rotations(ModelFacts facts) {
        Map<Rope, Rotation> byRope = new HashMap<>();
        return IntStream.range(0, facts.layers())
                .mapToObj(block -> byRope.computeIfAbsent(
                        facts.attention().rope(block), rope -> new Rotation(rope, facts.headDimension())))
                .toList();
    }

    /**
     * Reads the weights of a model.
     *
     * @param source may be closed afterwards
     */
    public static Decoder load(Engine engine, ModelFacts facts, WeightSource source, Loading loading) {
        Scope scope = engine.open();
        try {
            BlockShape shape = facts.blockShape();
            Kernels kernels = loading.fused() ? Kernels.fused(scope, shape, loading.weights()) : Kernels.plain(shape);
            DecoderWeights weights = DecoderWeights.load(scope, kernels, facts, source, loading.blocks(facts));
            return new Decoder(engine, facts, scope, weights, shape, kernels, loading.weights());
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

    /** How many blocks are loaded: all, or those up to the last that is needed. */
    public int blocks() {
        return weights.blocks().size();
    }

    /**
     * Makes sure that the pass can go to the end.
     *
     * @throws AuditException {@code USAGE} where only some blocks were loaded
     */
    public void requireWhole() {
        if (blocks() < facts.layers()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "only " + blocks() + " of the model's " + facts.layers()
                            + " blocks are loaded: open it whole for likelihoods, gradients and writing");
        }
    }

    /** Native threads for one operation. */
    public int threads() {
        return engine.threads();
    }

    /** The weights in the layout of the kernels. */
    public DecoderWeights weights() {
        return weights;
    }

    /**
     * Makes sure that the weights can be trained, copied and saved.
     *
     * @throws AuditException {@code USAGE} where they are held in 16 bits, or only some blocks are loaded
     */
    public void requireFloats() {
        requireWhole();
        if (weightType != WeightType.FLOAT32) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the model's weights are held as " + weightType
                            + ", which can be read but not trained or changed: open it with " + WeightType.FLOAT32);
        }
    }

    /**
     * The weights under their Hugging Face names and in their layout there; to be read while this decoder is open.
     *
     * @throws AuditException as {@link #requireFloats}
     */
    public WeightSource source() {
        requireFloats();
        return new StoredWeights(facts, weights);
    }

    /** The model's numbers and switches. */
    public ModelFacts facts() {
        return facts;
    }

    /** Opens a pass of one batch on the calling thread; all its memory is freed when it is closed. */
    public ForwardPass open(TokenBatch batch) {
        return new ForwardPass(this, batch, batch.view(), Collections.nCopies(blocks(), new Past.None()), enter());
    }

    /**
     * Opens a pass of texts that begin with tokens that were read before.
     *
     * @param batch the rest of each text; positions in it count from there
     * @param prefix of one sequence, or of as many as the batch has; stays open as long
     */
    public ForwardPass open(TokenBatch batch, Prefix prefix) {
        return new ForwardPass(this, batch, batch.view().behind(prefix, batch.rows()), prefix.pasts(), enter());
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
     * @throws AuditException {@code USAGE} where it has not, with the reason
     */
    public void require(Point point) {
        point.kind().missing(facts).ifPresent(reason -> {
            throw new AuditException(AuditException.Code.USAGE, "no point " + point + ": " + reason);
        });
        if (point.block() >= facts.layers()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "no point " + point + ": the model's last is " + new Point(point.kind(), facts.layers() - 1));
        }
        if (point.blocksNeeded(facts) > blocks()) {
            requireWhole();
        }
    }

    /**
     * Makes sure that interventions can be done in this model.
     *
     * @throws AuditException {@code USAGE} where it has no such point, nothing can be done there, or a vector is not as wide as its
     *     residual stream
     */
    public void require(List<? extends Intervention> interventions) {
        for (Intervention intervention : interventions) {
            require(intervention.point());
            if (intervention.point().kind() == Point.Kind.FINAL_NORM) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "nothing is changed at " + intervention.point() + ", behind the residual stream: choose "
                                + Point.residPost(facts.layers() - 1));
            }
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
        return IntStream.range(0, blocks())
                .mapToObj(block -> AttentionCache.empty(passScope, shape, rows, slots))
                .toList();
    }

    Kernels kernels() {
        return kernels;
    }

    /**
     * What the blocks' tokens see, one entry a block; blocks of one kind share their tensors.
     *
     * @param view positions of the tokens and of those before them
     */
    List<Kernels.Sight> sights(Scope passScope, View view, List<? extends Past> pasts) {
        Map<Rope, Tensor> turns = new HashMap<>();
        Map<Integer, Optional<Tensor>> masks = new HashMap<>();
        List<Kernels.Sight> sights = new ArrayList<>();
        for (int block = 0; block < blocks(); block++) {
            Rotation rotation = rotations.get(block);
            Tensor turn = turns.computeIfAbsent(
                    facts.attention().rope(block),
                    rope -> passScope.floats(
                            rotation.at(view.positions()), view.positionRows(), view.length(), 1, rotation.pairs(), 2));
            int window = facts.attention().window(block);
            Optional<Tensor> mask = masks.computeIfAbsent(
                    view.fits(window) ? 0 : window,
                    one -> Optional.ofNullable(
                            view.mask(passScope, one, facts.attention().scoreCap() > 0)));
            sights.add(new Kernels.Sight(turn, mask.orElse(null), pasts.get(block)));
        }
        return sights;
    }

    /** The residual stream before block 0, {@code [rows, length, d_model]}, after what is done before it. */
    Tensor start(Scope passScope, long[] ids, View view, Steering steering, List<Intervention> interventions) {
        Tensor stream = embeddings(
                passScope,
                ids,
                view,
                embedded -> steering.at(new Point(Point.Kind.EMBEDDINGS, 0), embedded, interventions));
        return steering.at(new Point(Point.Kind.RESID_PRE, 0), stream, interventions);
    }

    /**
     * The residual stream before block 0, {@code [rows, length, d_model]}.
     *
     * @param read sees the token embeddings on the way, and may give others in their place
     */
    Tensor embeddings(Scope passScope, long[] ids, View view, UnaryOperator<Tensor> read) {
        int rows = ids.length / view.length();
        Tensor embedded = kernels.embed(passScope.longs(ids, rows, view.length()), weights.embedding());
        if (facts.family().scaledEmbeddings()) {
            try (Tensor bare = embedded) {
                float root = (float) Math.sqrt(facts.hiddenSize());
                embedded = bare.times(passScope.floats(new float[] {root}, 1));
            }
        }
        embedded = read.apply(embedded);
        if (weights.positions() == null) {
            return embedded;
        }
        // Padding may stand beyond the context.
        long[] positions = IntStream.of(view.positions())
                .mapToLong(position -> Math.min(position, facts.maxPositions() - 1))
                .toArray();
        try (Tensor tokens = embedded;
                Tensor learned = kernels.embed(
                        passScope.longs(positions, view.positionRows(), view.length()), weights.positions())) {
            return tokens.plus(learned);
        }
    }

    /** One block, with what is done at its points; the given tensor stays open. */
    Tensor block(Tensor hidden, int block, Kernels.Sight sight, Steering steering, List<Intervention> interventions) {
        if (!Steering.inside(block, interventions)) {
            Tensor after = kernels.block(hidden, sight, weights.blocks().get(block));
            return steering.at(Point.residPost(block), after, interventions);
        }
        try (Tensor attention = attention(hidden, block, sight, steering, interventions);
                Tensor middle =
                        steering.at(new Point(Point.Kind.RESID_MID, block), hidden.plus(attention), interventions);
                Tensor mlp = mlp(facts.parallelResidual() ? hidden : middle, block, steering, interventions)) {
            return steering.at(Point.residPost(block), middle.plus(mlp), interventions);
        }
    }

    /** What a block's attention adds to the stream that it reads, after what is done there. */
    Tensor attention(
            Tensor hidden, int block, Kernels.Sight sight, Steering steering, List<Intervention> interventions) {
        Tensor added = kernels.attention(hidden, sight, weights.blocks().get(block));
        return steering.at(new Point(Point.Kind.ATTN_OUT, block), added, interventions);
    }

    /** What a block's MLP adds to the stream that it reads, after what is done there. */
    Tensor mlp(Tensor hidden, int block, Steering steering, List<Intervention> interventions) {
        Tensor added = kernels.mlp(hidden, weights.blocks().get(block));
        return steering.at(new Point(Point.Kind.MLP_OUT, block), added, interventions);
    }

    /** Chosen positions of the last block's output under the final norm, {@code [positions, d_model]}. */
    Tensor normed(Tensor last, Tensor positions) {
        return kernels.normAt(last, positions, weights.finalNorm(), weights.finalNormBias());
    }

    @Override
    public void close() {
        try {
            if (ownsKernels) {
                kernels.close();
            }
        } finally {
            scope.close();
        }
    }
}
