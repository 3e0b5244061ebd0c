package ai.auditor.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The kernels as the textbook writes them, in the array operations that DJL binds. */
final class PlainKernels implements Kernels {
    /** Large enough that its exponential is zero in 32-bit floats, small enough to stay finite in sums. */
    private static final float MASKED = -1e30f;

    private final BlockShape shape;

    PlainKernels(BlockShape shape) {
        this.shape = shape;
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
    public Tensor block(Tensor hidden, Tensor rotation, @Nullable Tensor mask, BlockWeights weights) {
        return block(hidden, rotation, mask, null, weights);
    }

    @Override
    public Tensor block(
            Tensor hidden,
            Tensor rotation,
            @Nullable Tensor mask,
            @Nullable AttentionCache cache,
            BlockWeights weights) {
        List<Tensor> w = weights.tensors();
        Queue<Tensor> biases = new ArrayDeque<>(w.subList(7, w.size()));
        NDArray h = hidden.array();
        NDArray x = norm(h, w.get(0).array());
        NDArray qkv = project(x, w.get(2), shape.qkvBias() ? biases.remove() : null);
        NDArray z = attention(qkv, rotation.array(), mask, cache);
        NDArray middle = h.add(project(z, w.get(3), shape.outputBias() ? biases.remove() : null));
        NDArray y = norm(middle, w.get(1).array());
        NDArray gate = project(y, w.get(4), shape.mlpBias() ? biases.remove() : null);
        // DJL's own swish multiplies by a bare number, which is freed before the gradient reads it.
        NDArray swish = gate.mul(Activation.sigmoid(gate));
        NDArray inner = swish.mul(project(y, w.get(5), shape.mlpBias() ? biases.remove() : null));
        return new Tensor(middle.add(project(inner, w.get(6), shape.mlpBias() ? biases.remove() : null)));
    }

    private NDArray attention(NDArray qkv, NDArray rotation, @Nullable Tensor mask, @Nullable AttentionCache cache) {
        long batch = qkv.getShape().get(0);
        long length = qkv.getShape().get(1);
        int turnedHeads = shape.heads() + shape.groups();
        NDArray heads = qkv.reshape(batch, length, turnedHeads + shape.groups(), shape.headWidth());
        NDArray turned = rotate(heads.get(new NDIndex(":,:,:" + turnedHeads)), rotation);
        NDArray keys = turned.get(new NDIndex(":,:," + shape.heads() + ":"));
        NDArray values = heads.get(new NDIndex(":,:," + turnedHeads + ":"));
        if (cache != null) {
            long seen = mask == null ? length : mask.shape()[3];
            keys = behind(cache.keys(), keys, seen);
            values = behind(cache.values(), values, seen);
        }
        int share = shape.heads() / shape.groups();
        NDArray q = turned.get(new NDIndex(":,:,:" + shape.heads())).transpose(0, 2, 1, 3);
        NDArray k = keys.transpose(0, 2, 1, 3).repeat(1, share);
        NDArray v = values.transpose(0, 2, 1, 3).repeat(1, share);
        // No bare number: the engine frees it at once, and the gradient of a quotient reads it later.
        NDArray scale = qkv.getManager().create((float) Math.sqrt(shape.headWidth()));
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).div(scale);
        NDArray probabilities =
                scores.add(mask == null ? causal(qkv, length) : mask.array()).softmax(-1);
        return probabilities
                .matMul(v)
                .transpose(0, 2, 1, 3)
                .reshape(batch, length, (long) shape.heads() * shape.headWidth());
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

    private NDArray norm(NDArray x, NDArray weight) {
        NDArray size =
                x.square().mean(new int[] {-1}, true).add(shape.epsilon()).sqrt();
        return x.div(size).mul(weight);
    }

    @Override
    public Tensor normAt(Tensor hidden, Tensor positions, Tensor weight) {
        NDArray flat = hidden.array().reshape(-1, shape.width());
        NDArray chosen = flat.get(positions.array());
        return new Tensor(norm(chosen, weight.array()));
    }

    @Override
    public Tensor pool(Tensor hidden, Tensor weights) {
        NDArray sums = weights.array().matMul(hidden.array());
        sums.attach(hidden.array().getManager());
        return new Tensor(sums);
    }

    @Override
    public Tensor logits(Tensor normed, Tensor head) {
        return new Tensor(normed.array().matMul(head.array().transpose()));
    }

    @Override
    public Tensor nll(Tensor normed, Tensor head, Tensor targets) {
        NDArray logp = logits(normed, head).array().logSoftmax(-1);
        return new Tensor(
                logp.gather(targets.array().expandDims(1), 1).squeeze(1).neg());
    }

    @Override
    public NllGradient nllGradient(Tensor normed, Tensor head, Tensor targets, Tensor weights) {
        NDArray logp = logits(normed, head).array().logSoftmax(-1);
        NDArray at = targets.array().expandDims(1);
        NDArray nll = logp.gather(at, 1).squeeze(1).neg();
        NDArray hits = targets.array().oneHot(Math.toIntExact(head.shape()[0])).toType(logp.getDataType(), false);
        NDArray error = logp.exp().sub(hits).mul(weights.array().expandDims(1));
        return new NllGradient(new Tensor(nll), new Tensor(error.matMul(head.array())));
    }

    @Override
    public void close() {}
}
