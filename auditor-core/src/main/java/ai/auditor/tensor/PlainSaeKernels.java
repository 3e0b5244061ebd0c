package ai.auditor.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.List;

/** The kernels as the textbook writes them, in the array operations that DJL binds, every product dense. */
final class PlainSaeKernels implements SaeKernels {
    private static final int[] TOKENS = {0};
    private static final int[] ENTRIES = {1};

    private final SaeRule rule;
    private final int mostDead;
    private final int features;

    PlainSaeKernels(SaeRule rule, int width, int features) {
        this.rule = rule;
        this.features = features;
        this.mostDead = ScriptSaeKernels.mostDead(width);
    }

    @Override
    public Step step(Tensor states, Parameters parameters, int[] dead, double level) {
        NDManager owner = states.array().getManager();
        try (NDManager scratch = owner.newSubManager()) {
            Pass pass = new Pass(scratch, states, parameters, dead, level);
            if (rule instanceof SaeRule.Top top) {
                pass.top(top);
            } else if (rule instanceof SaeRule.Jump jump) {
                pass.jump(jump);
            }
            return pass.step(owner);
        }
    }

    @Override
    public void adam(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Adam step) {
        double bias1 = 1 - StrictMath.pow(Adam.BETA1, step.number());
        double bias2 = 1 - StrictMath.pow(Adam.BETA2, step.number());
        try (Tensor p = parameter.reshaped(-1);
                Tensor g = gradient.reshaped(-1);
                Tensor m = first.reshaped(-1);
                Tensor v = second.reshaped(-1)) {
            if (step.factor() != 1) {
                Updates.scale(g, step.factor(), g.size());
            }
            Updates.adam(
                    p,
                    g,
                    m,
                    v,
                    new Updates.AdamStep(
                            Adam.BETA1, Adam.BETA2, Adam.EPSILON, step.rate() / bias1, 1 / Math.sqrt(bias2)));
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    /** One batch; what is computed belongs to the scratch. */
    private final class Pass {
        private final NDManager scratch;
        private final NDArray x;
        private final NDArray enc;
        private final NDArray benc;
        private final NDArray dec;
        private final NDArray bdec;
        private final NDArray limits;
        private final NDArray asleep;
        private final int deadCount;
        private final float level;
        private final float tokens;
        private final NDArray norms;
        private final NDArray centred;
        private final NDArray pre;
        private NDArray error;
        private NDArray gradient;
        private NDArray added;
        private NDArray smallest;
        private NDArray gate;
        private NDArray denc;
        private NDArray dbenc;
        private NDArray ddec;
        private NDArray dbdec;
        private NDArray dlimits;

        Pass(NDManager scratch, Tensor states, Parameters parameters, int[] dead, double level) {
            this.scratch = scratch;
            this.x = in(states);
            this.enc = in(parameters.encoder());
            this.benc = in(parameters.encoderBias());
            this.dec = in(parameters.decoder());
            this.bdec = in(parameters.decoderBias());
            Tensor thresholds = parameters.thresholds();
            this.limits = thresholds == null ? scratch.zeros(new Shape(features)) : in(thresholds);
            float[] mask = new float[features];
            Arrays.stream(dead).forEach(feature -> mask[feature] = 1);
            this.asleep = scratch.create(mask);
            this.deadCount = dead.length;
            this.level = (float) level;
            this.tokens = x.getShape().get(0);
            this.norms = dec.square().sum(ENTRIES).sqrt();
            this.centred = x.sub(bdec);
            this.pre = centred.matMul(enc.transpose()).add(benc);
            this.added = scratch.zeros(new Shape());
            this.smallest = scratch.zeros(new Shape());
            // Set by the rule.
            this.error = x;
            this.gradient = x;
            this.gate = pre;
            this.denc = enc;
            this.dbenc = benc;
            this.ddec = dec;
            this.dbdec = bdec;
            this.dlimits = limits;
        }

        private NDArray in(Tensor tensor) {
            // A view in the scratch, so that what is computed from it goes with the scratch.
            PtNDArray view = JniUtils.reshape(tensor.array(), tensor.shape());
            view.attach(scratch);
            return view;
        }

        private NDArray where(NDArray condition) {
            return condition.toType(DataType.FLOAT32, false);
        }

        private NDArray largest(NDArray ranked, int count) {
            NDArray values =
                    JniUtils.topK((PtNDArray) ranked, count, -1, true, false).get(1);
            values.attach(scratch);
            return JniUtils.scatter(
                    (PtNDArray) ranked.zerosLike(),
                    (PtNDArray) values,
                    (PtNDArray) values.toType(DataType.FLOAT32, false).onesLike(),
                    (int) ranked.getShape().dimension() - 1);
        }

        void top(SaeRule.Top top) {
            NDArray ranked = Activation.relu(pre.mul(norms));
            NDArray kept;
            if (top.acrossBatch()) {
                NDArray flat = ranked.reshape(-1);
                int wanted = (int) Math.min(flat.size(), (long) (top.k() * tokens));
                kept = largest(flat, wanted).reshape(ranked.getShape());
            } else {
                kept = largest(ranked, top.k());
            }
            gate = kept.mul(where(ranked.gt(0)));
            reconstruct();
            NDArray dpre = gradient.matMul(dec.transpose()).mul(gate);
            back(dpre);
            NDArray active = ranked.mul(gate).add(gate.sub(1).mul(-Float.MAX_VALUE));
            NDArray least = active.min();
            smallest = least.mul(where(least.lt(Float.MAX_VALUE / 2)));
            if (deadCount > 0 && top.auxiliary() != 0) {
                wake(top);
            }
        }

        private void reconstruct() {
            NDArray acts = pre.mul(gate);
            error = acts.matMul(dec).add(bdec).sub(x);
            gradient = error.mul(2 / tokens);
            ddec = acts.transpose().matMul(gradient);
            dbdec = gradient.sum(TOKENS);
        }

        private void back(NDArray dpre) {
            denc = dpre.transpose().matMul(centred);
            dbenc = dpre.sum(TOKENS);
        }

        private void wake(SaeRule.Top top) {
            NDArray ranked = pre.mul(norms).mul(asleep).add(asleep.sub(1).mul(Float.MAX_VALUE));
            NDArray mask = largest(ranked, Math.min(deadCount, mostDead));
            float share = (float) (top.auxiliary() * Math.min(1, (double) deadCount / mostDead));
            NDArray acts = pre.mul(mask);
            NDArray left = acts.matMul(dec).add(error);
            added = left.square().sum().mul(share / tokens);
            NDArray g = left.mul(2 * share / tokens);
            NDArray dpre = g.matMul(dec.transpose()).mul(mask);
            ddec = ddec.add(acts.transpose().matMul(g));
            denc = denc.add(dpre.transpose().matMul(centred));
            dbenc = dbenc.add(dpre.sum(TOKENS));
        }

        void jump(SaeRule.Jump jump) {
            float band = (float) jump.bandwidth();
            limits.muli(where(limits.gt(0)));
            NDArray over = pre.sub(limits);
            gate = where(over.gt(0));
            NDArray near = where(over.abs().lt(band / 2));
            reconstruct();
            NDArray acts = pre.mul(gate);
            NDArray dacts = gradient.matMul(dec.transpose());
            NDArray dnorms = norms.zerosLike();
            float cost = level / tokens;
            if (jump.penalty() == SaeRule.Penalty.TANH) {
                float scale = (float) jump.tanhScale();
                NDArray curve = acts.mul(norms.mul(scale)).tanh();
                added = curve.sum().mul(cost);
                NDArray slope = curve.square().mul(-1).add(1).mul(cost * scale);
                dnorms = dnorms.add(slope.mul(acts).sum(TOKENS));
                dacts = dacts.add(slope.mul(norms));
            } else {
                added = gate.sum().mul(cost);
            }
            NDArray line = near.mul(dacts).mul(limits).div(band);
            dlimits = line.sum(TOKENS).mul(-1);
            NDArray dpre = dacts.mul(gate);
            if (jump.toInput()) {
                dpre = dpre.add(line);
            }
            if (jump.penalty() == SaeRule.Penalty.STEP) {
                dlimits = dlimits.sub(near.sum(TOKENS).mul(cost / band));
                if (jump.toInput()) {
                    dpre = dpre.add(near.mul(cost / band));
                }
            }
            if (deadCount > 0) {
                NDArray weight = asleep.mul((float) jump.dead() / tokens);
                NDArray far = Activation.relu(over.mul(-1));
                NDArray below = where(far.gt(0));
                added = added.add(far.mul(weight).mul(norms).sum());
                dnorms = dnorms.add(far.sum(TOKENS).mul(weight));
                dlimits = dlimits.add(below.sum(TOKENS).mul(weight).mul(norms));
                dpre = dpre.sub(below.mul(weight).mul(norms));
            }
            ddec = ddec.add(dec.mul(dnorms.div(norms).reshape(features, 1)));
            back(dpre);
        }

        Step step(NDManager owner) {
            dbdec = dbdec.sub(dbenc.reshape(1, features).matMul(enc).reshape(-1));
            boolean jumps = rule instanceof SaeRule.Jump;
            NDArray squares = scratch.zeros(new Shape());
            for (NDArray one : jumps ? List.of(denc, dbenc, ddec, dbdec, dlimits) : List.of(denc, dbenc, ddec, dbdec)) {
                squares = squares.add(one.square().sum());
            }
            NDArray variance = x.sub(x.mean(TOKENS)).square().sum().div(tokens);
            Sums sums = new Sums(
                    error.square().sum().div(tokens).getFloat(),
                    added.getFloat(),
                    gate.sum().getFloat(),
                    smallest.getFloat(),
                    variance.getFloat(),
                    Math.sqrt(squares.getFloat()));
            return new Step(
                    sums,
                    new Parameters(
                            out(owner, denc),
                            out(owner, dbenc),
                            out(owner, ddec),
                            out(owner, dbdec),
                            jumps ? out(owner, dlimits) : null),
                    out(owner, gate.sum(TOKENS)));
        }

        private Tensor out(NDManager owner, NDArray array) {
            array.attach(owner);
            return new Tensor(array);
        }
    }
}
