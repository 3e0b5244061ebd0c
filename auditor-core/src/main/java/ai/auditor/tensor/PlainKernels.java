package ai.auditor.tensor;

import ai.auditor.tensor.BlockWeights.Part;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.jspecify.annotations.Nullable;

/** The kernels as the textbook writes them, in the array operations that DJL binds. */
final class PlainKernels implements Kernels {
    /** Large enough that its exponential is zero in 32-bit floats, small enough to stay finite in sums. */
    private static final float MASKED = -1e30f;

    /** Of the tanh form of GELU (Hendrycks and Gimpel 2016): {@code x/2 (1 + tanh(slope (x + cubic x^3)))}. */
    private static final double GELU_CUBIC = 0.044715;

    private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);

    private final BlockShape shape;

    PlainKernels(BlockShape shape) {
        this.shape = shape;
    }

    @Override
    public Tensor held(Scope scope, Tensor matrix) {
        return matrix;
    }

    @Override
    public Tensor embed(Tensor ids, Tensor table) {
        try (NDArray flat = ids.array().flatten()) {
            long[] axes = ids.shape();
            NDArray rows = JniUtils.embedding((PtNDArray) flat, table.array(), false);
            rows.attach(ids.array().getManager());
            return new Tensor(rows.reshape(axes[0], axes[1], shape.width()));
        }
    }

    @Override
    public Tensor block(Tensor hidden, Sight sight, BlockWeights weights) {
        NDArray h = hidden.array();
        NDArray middle = h.add(attention(hidden, sight, weights).array());
        Tensor read = shape.parallel() ? hidden : new Tensor(middle);
        return new Tensor(middle.add(mlp(read, weights).array()));
    }

    @Override
    public Tensor attention(Tensor hidden, Sight sight, BlockWeights weights) {
        NDArray x = norm(hidden.array(), weights.at(Part.ATTENTION_NORM), weights.orNull(Part.ATTENTION_NORM_BIAS));
        NDArray qkv = project(x, weights.at(Part.QKV), weights.orNull(Part.QKV_BIAS));
        NDArray out = project(attended(qkv, sight, weights), weights.at(Part.OUTPUT), weights.orNull(Part.OUTPUT_BIAS));
        return new Tensor(shape.postNorms() ? rms(out, weights.at(Part.ATTENTION_POST_NORM)) : out);
    }

    @Override
    public Tensor mlp(Tensor hidden, BlockWeights weights) {
        NDArray y = norm(hidden.array(), weights.at(Part.MLP_NORM), weights.orNull(Part.MLP_NORM_BIAS));
        NDArray up = project(y, weights.at(Part.UP), weights.orNull(Part.UP_BIAS));
        NDArray inner = shape.gated()
                ? activated(project(y, weights.at(Part.GATE), weights.orNull(Part.GATE_BIAS)))
                        .mul(up)
                : activated(up);
        NDArray down = project(inner, weights.at(Part.DOWN), weights.orNull(Part.DOWN_BIAS));
        return new Tensor(shape.postNorms() ? rms(down, weights.at(Part.MLP_POST_NORM)) : down);
    }

    private NDArray activated(NDArray x) {
        return switch (shape.activation()) {
            // DJL's own swish multiplies by a bare number, which is freed before the gradient reads it.
            case SILU -> x.mul(Activation.sigmoid(x));
            case GELU -> JniUtils.gelu((PtNDArray) x);
            case GELU_TANH -> {
                NDArray inner =
                        x.add(x.mul(x).mul(x).mul(number(x, GELU_CUBIC))).mul(number(x, GELU_SLOPE));
                yield x.mul(number(x, 0.5)).mul(inner.tanh().add(1));
            }
        };
    }

    /** No bare number: the engine frees it at once, and a gradient reads it later. */
    private static NDArray number(NDArray like, double value) {
        return like.getManager().create((float) value);
    }

    private NDArray attended(NDArray qkv, Sight sight, BlockWeights weights) {
        long batch = qkv.getShape().get(0);
        long length = qkv.getShape().get(1);
        int turnedHeads = shape.heads() + shape.groups();
        NDArray heads = qkv.reshape(batch, length, turnedHeads + shape.groups(), shape.headWidth());
        NDArray queries = heads.get(new NDIndex(":,:,:" + shape.heads()));
        NDArray keys = heads.get(new NDIndex(":,:," + shape.heads() + ":" + turnedHeads));
        NDArray values = heads.get(new NDIndex(":,:," + turnedHeads + ":"));
        if (shape.headNorms()) {
            queries = rms(queries, weights.at(Part.QUERY_NORM));
            keys = rms(keys, weights.at(Part.KEY_NORM));
        }
        queries = rotate(queries, sight.rotation().array());
        keys = rotate(keys, sight.rotation().array());
        Tensor mask = sight.mask();
        Past past = sight.past();
        if (past instanceof Past.Growing growing) {
            long seen = mask == null ? length : mask.shape()[3];
            keys = behind(growing.cache().keys(), keys, seen);
            values = behind(growing.cache().values(), values, seen);
        } else if (past instanceof Past.Fixed fixed) {
            keys = behind(fixed.cache().keys(), keys);
            values = behind(fixed.cache().values(), values);
        }
        int share = shape.heads() / shape.groups();
        NDArray q = queries.transpose(0, 2, 1, 3);
        NDArray k = keys.transpose(0, 2, 1, 3).repeat(1, share);
        NDArray v = values.transpose(0, 2, 1, 3).repeat(1, share);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(number(qkv, shape.scale()));
        if (shape.capped()) {
            NDArray cap = number(qkv, shape.scoreCap());
            scores = scores.div(cap).tanh().mul(cap);
        }
        NDArray probabilities =
                scores.add(mask == null ? causal(qkv, length) : mask.array()).softmax(-1);
        return probabilities
                .matMul(v)
                .transpose(0, 2, 1, 3)
                .reshape(batch, length, (long) shape.heads() * shape.headWidth());
    }

    private static NDArray behind(Tensor past, NDArray newest) {
        long[] axes = past.shape();
        NDArray all = past.array().broadcast(newest.getShape().get(0), axes[1], axes[2], axes[3]);
        all.attach(newest.getManager());
        return all.concat(newest, 1);
    }

    /** Writes the newest of those seen into a cache: all that are seen, in the scope of the newest. */
    private static NDArray behind(Tensor cache, NDArray newest, long seen) {
        long first = seen - newest.getShape().get(1);
        cache.array().set(new NDIndex(":," + first + ":" + seen), newest);
        NDArray all = cache.array().get(new NDIndex(":,:" + seen));
        all.attach(newest.getManager());
        return all;
    }

    private static NDArray causal(NDArray like, long length) {
        float[] mask = new float[Math.toIntExact(length * length)];
        for (int row = 0; row < length; row++) {
            for (int column = row + 1; column < length; column++) {
                mask[Math.toIntExact(row * length + column)] = MASKED;
            }
        }
        return like.getManager().create(mask, new Shape(1, 1, length, length));
    }

    /** Turns each pair of neighbours in a head by its angle. */
    private static NDArray rotate(NDArray heads, NDArray rotation) {
        Shape shape = heads.getShape();
        NDArray pairs = heads.reshape(shape.get(0), shape.get(1), shape.get(2), shape.get(3) / 2, 2);
        NDArray real = pairs.get(new NDIndex("...,0"));
        NDArray imaginary = pairs.get(new NDIndex("...,1"));
        NDArray cosine = rotation.get(new NDIndex("...,0"));
        NDArray sine = rotation.get(new NDIndex("...,1"));
        NDArray turned = NDArrays.stack(
                new NDList(
                        real.mul(cosine).sub(imaginary.mul(sine)),
                        real.mul(sine).add(imaginary.mul(cosine))),
                -1);
        return turned.reshape(shape);
    }

    private static NDArray project(NDArray x, Tensor weight, @Nullable Tensor bias) {
        NDArray product = x.matMul(weight.array());
        return bias == null ? product : product.add(bias.array());
    }

    private NDArray norm(NDArray x, Tensor weight, @Nullable Tensor bias) {
        if (bias == null) {
            return rms(x, weight);
        }
        NDArray centred = x.sub(x.mean(new int[] {-1}, true));
        return rms(centred, weight).add(bias.array());
    }

    private NDArray rms(NDArray x, Tensor weight) {
        NDArray size =
                x.square().mean(new int[] {-1}, true).add(shape.epsilon()).sqrt();
        return x.div(size).mul(weight.array());
    }

    @Override
    public Tensor normAt(Tensor hidden, Tensor positions, Tensor weight, @Nullable Tensor bias) {
        NDArray flat = hidden.array().reshape(-1, shape.width());
        NDArray chosen = flat.get(positions.array());
        return new Tensor(norm(chosen, weight, bias));
    }

    @Override
    public Tensor pool(Tensor hidden, Tensor weights) {
        NDArray sums = weights.array().matMul(hidden.array());
        sums.attach(hidden.array().getManager());
        return new Tensor(sums);
    }

    @Override
    public Tensor logits(Tensor normed, Tensor head) {
        NDArray logits = normed.array().matMul(head.array().transpose());
        if (shape.logitCap() == 0) {
            return new Tensor(logits);
        }
        NDArray cap = number(logits, shape.logitCap());
        return new Tensor(logits.div(cap).tanh().mul(cap));
    }

    @Override
    public Tensor nll(Tensor normed, Tensor head, Tensor targets) {
        NDArray logp = logits(normed, head).array().logSoftmax(-1);
        return new Tensor(
                logp.gather(targets.array().expandDims(1), 1).squeeze(1).neg());
    }

    @Override
    public NllGradient nllGradient(Tensor normed, Tensor head, Tensor targets, Tensor weights) {
        NDArray logits = logits(normed, head).array();
        NDArray logp = logits.logSoftmax(-1);
        NDArray at = targets.array().expandDims(1);
        NDArray nll = logp.gather(at, 1).squeeze(1).neg();
        NDArray hits = targets.array().oneHot(Math.toIntExact(head.shape()[0])).toType(logp.getDataType(), false);
        NDArray error = logp.exp().sub(hits).mul(weights.array().expandDims(1));
        if (shape.logitCap() > 0) {
            error = error.sub(error.mul(logits.div(shape.logitCap()).square()));
        }
        return new NllGradient(new Tensor(nll), new Tensor(error.matMul(head.array())));
    }

    @Override
    public Surprise surprise(Tensor normed, Tensor head, Tensor targets, Tensor bars, Tensor classes) {
        NDArray logp = logits(normed, head).array().add(bars.array()).logSoftmax(-1);
        NDArray p = logp.exp();
        NDArray nll = logp.gather(targets.array().expandDims(1), 1).squeeze(1).neg();
        NDArray entropy = p.mul(logp).sum(new int[] {-1}).neg();
        NDArray centred = logp.add(entropy.expandDims(1));
        return new Surprise(
                new Tensor(nll),
                new Tensor(entropy),
                new Tensor(p.mul(centred.square()).sum(new int[] {-1})),
                new Tensor(p.matMul(classes.array())));
    }

    @Override
    public void close() {}
}
