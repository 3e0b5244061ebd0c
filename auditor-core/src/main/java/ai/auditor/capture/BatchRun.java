package ai.auditor.capture;

import ai.auditor.model.Decoder;
import ai.auditor.model.ForwardPass;
import ai.auditor.model.Point;
import ai.auditor.model.Point.Kind;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One batch under a plan: from point to point forward, and back from the likelihood where gradients are asked for. */
final class BatchRun {
    private final Decoder decoder;
    private final ForwardPass pass;
    private final CapturePlan plan;
    private final Reader activations;
    private final Set<Point> wanted;
    private final int last;

    /** Shown what stands at a point, {@code [rows, length, d_model]}. */
    interface Reader {
        void read(Point point, Tensor values);
    }

    BatchRun(Decoder decoder, ForwardPass pass, CapturePlan plan, Reader activations) {
        this.decoder = decoder;
        this.pass = pass;
        this.plan = plan;
        this.activations = activations;
        this.wanted = Set.copyOf(plan.points());
        this.last = decoder.facts().layers() - 1;
    }

    /** Forward, to the last block if likelihoods are asked for: what that gives out. */
    Tensor run() {
        Tensor hidden = pass.embeddings(plan.interventions(), this::embeddings);
        int end = plan.nll() || wanted(Kind.FINAL_NORM, 0) ? last + 1 : 0;
        for (Point point : plan.points()) {
            end = Math.max(end, stage(point) / 2 + stage(point) % 2);
        }
        readStream(hidden, 0);
        return advance(hidden, 0, 2 * end);
    }

    private void embeddings(Tensor embedded) {
        read(new Point(Kind.EMBEDDINGS, 0), embedded);
    }

    private boolean wanted(Kind kind, int block) {
        return wanted.contains(new Point(kind, block));
    }

    /**
     * Where the gradient of a point is that of the residual stream: twice the blocks before it, and one more between attention and MLP.
     * A part that is added to the stream has the gradient of the sum.
     */
    private int stage(Point point) {
        return switch (point.kind()) {
            case EMBEDDINGS -> 0;
            case RESID_PRE -> 2 * point.block();
            case RESID_MID -> 2 * point.block() + 1;
            case ATTN_OUT -> decoder.facts().parallelResidual() ? 2 * point.block() + 2 : 2 * point.block() + 1;
            case MLP_OUT, RESID_POST -> 2 * point.block() + 2;
            case FINAL_NORM -> 2 * last + 2;
        };
    }

    /** Moves the stream from one stage to another, reading what is wanted on the way; what it leaves behind is closed. */
    private Tensor advance(Tensor hidden, int from, int to) {
        Tensor current = hidden;
        int stage = from;
        while (stage < to) {
            int block = stage / 2;
            boolean whole = stage % 2 == 0 && stage + 2 <= to && !inside(block);
            Tensor next = whole
                    ? pass.run(current, block, block, plan.interventions())
                    : stage % 2 == 0 ? attention(current, block) : mlp(current, current, block);
            stage = whole || (stage % 2 == 0 && decoder.facts().parallelResidual()) ? stage + 2 : stage + 1;
            release(current);
            current = next;
            readStream(current, stage);
        }
        return current;
    }

    /** Frees what nothing will read again; a way back reads all that was recorded. */
    private static void release(Tensor tensor) {
        if (!Gradients.recording()) {
            tensor.close();
        }
    }

    /** Whether something inside a block is read, so that its halves have to run apart. */
    private boolean inside(int block) {
        return wanted(Kind.ATTN_OUT, block) || wanted(Kind.RESID_MID, block) || wanted(Kind.MLP_OUT, block);
    }

    /** From the start of a block to its middle; where there is none, to its end. */
    private Tensor attention(Tensor hidden, int block) {
        Tensor added = pass.attention(hidden, block, plan.interventions());
        read(new Point(Kind.ATTN_OUT, block), added);
        Tensor middle = pass.sum(hidden, added, new Point(Kind.RESID_MID, block), plan.interventions());
        release(added);
        if (!decoder.facts().parallelResidual()) {
            return middle;
        }
        Tensor end = mlp(hidden, middle, block);
        release(middle);
        return end;
    }

    private Tensor mlp(Tensor read, Tensor middle, int block) {
        Tensor added = pass.mlp(read, block, plan.interventions());
        read(new Point(Kind.MLP_OUT, block), added);
        Tensor end = pass.sum(middle, added, Point.residPost(block), plan.interventions());
        release(added);
        return end;
    }

    private void readStream(Tensor hidden, int stage) {
        int block = stage / 2;
        if (stage % 2 == 1) {
            read(new Point(Kind.RESID_MID, block), hidden);
            return;
        }
        if (block > 0) {
            read(Point.residPost(block - 1), hidden);
        }
        read(new Point(Kind.RESID_PRE, block), hidden);
        if (block == last + 1 && wanted(Kind.FINAL_NORM, 0)) {
            try (Tensor normed = pass.normedAll(hidden)) {
                read(new Point(Kind.FINAL_NORM, 0), normed);
            }
        }
    }

    private void read(Point point, Tensor values) {
        if (wanted.contains(point)) {
            activations.read(point, values);
        }
    }

    /** The graph is cut at every stage that is asked for; the way back then goes from cut to cut and frees each part behind it. */
    void andBack(Predictions predictions, double[] nll, Reader gradients) {
        int[] stages =
                plan.points().stream().mapToInt(this::stage).sorted().distinct().toArray();
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> leaves = new ArrayList<>();
        Tensor embedded = pass.embeddings(plan.interventions(), this::embeddings);
        readStream(embedded, 0);
        Tensor output = advance(embedded, 0, stages[0]);
        for (int index = 0; index < stages.length; index++) {
            Tensor leaf = Gradients.leaf(output);
            outputs.add(output);
            leaves.add(leaf);
            int from = stages[index];
            int to = index + 1 < stages.length ? stages[index + 1] : 2 * last + 2;
            output = from == to ? leaf : Gradients.record(() -> advance(leaf, from, to));
        }
        Predictions.Start start =
                predictions.gradient(pass, output, decoder.facts().hiddenSize(), nll);
        Tensor recorded = start.normed();
        Tensor gradient = start.seed();
        if (wanted(Kind.FINAL_NORM, 0)) {
            try (Tensor everywhere = pass.spread(gradient, predictions.positions())) {
                gradients.read(new Point(Kind.FINAL_NORM, 0), everywhere);
            }
        }
        for (int index = stages.length - 1; index >= 0; index--) {
            gradient = Gradients.pull(recorded, gradient, leaves.get(index));
            for (Point point : plan.points()) {
                if (point.kind() != Kind.FINAL_NORM && stage(point) == stages[index]) {
                    gradients.read(point, gradient);
                }
            }
            recorded = outputs.get(index);
        }
    }
}
