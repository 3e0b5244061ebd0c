package ai.auditor.model;

import ai.auditor.model.Intervention.Positions;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Does interventions on the residual stream of one batch. */
final class Steering {
    private final Scope scope;
    private final int length;
    private final int[] completionStarts;
    /** 1 where positions are meant, else 0, {@code [rows, length, 1]}. */
    private final Map<Positions, Tensor> masks = new EnumMap<>(Positions.class);
    /** Stay open until the scope is closed: where a pass is recorded, its gradient reads them. */
    private final Map<Intervention, Tensor> vectors = new HashMap<>();

    /**
     * Steering of a batch.
     *
     * @param scope takes what is kept for the batch
     * @param length tokens of each sequence
     * @param completionStarts slot of the first completion token of each sequence, {@code [rows]}
     */
    Steering(Scope scope, int length, int[] completionStarts) {
        this.scope = scope;
        this.length = length;
        this.completionStarts = completionStarts;
    }

    /** What a point holds after the interventions there; where there is one, the given tensor is closed. */
    Tensor at(Point point, Tensor hidden, List<? extends Intervention> interventions) {
        Tensor current = hidden;
        for (Intervention intervention : interventions) {
            if (place(intervention.point()).equals(point)) {
                try (Tensor before = current) {
                    current = apply(before, intervention);
                }
            }
        }
        return current;
    }

    /** Where an intervention is done: what enters a block is what left the one before. */
    private static Point place(Point point) {
        return point.kind() == Point.Kind.RESID_PRE && point.block() > 0 ? Point.residPost(point.block() - 1) : point;
    }

    /** Whether something is done inside a block, so that its halves have to run apart. */
    static boolean inside(int block, List<? extends Intervention> interventions) {
        return interventions.stream()
                .map(Intervention::point)
                .anyMatch(point -> point.block() == block
                        && switch (point.kind()) {
                            case ATTN_OUT, RESID_MID, MLP_OUT -> true;
                            case EMBEDDINGS, RESID_PRE, RESID_POST, FINAL_NORM -> false;
                        });
    }

    /** A new tensor; the given one stays open. */
    Tensor apply(Tensor hidden, Intervention intervention) {
        Tensor vector =
                vectors.computeIfAbsent(intervention, given -> scope.floats(given.vector(), given.vector().length));
        if (intervention instanceof Intervention.Add add) {
            return add.positions() == Positions.ALL
                    ? hidden.plus(vector)
                    : added(hidden, mask(add.positions()), vector);
        }
        if (intervention instanceof Intervention.ProjectOut out) {
            try (Tensor along = hidden.along(vector)) {
                return without(hidden, along, vector, out.positions());
            }
        }
        if (intervention instanceof Intervention.Cap cap) {
            try (Tensor along = hidden.along(vector);
                    Tensor above = along.above(cap.limit())) {
                return without(hidden, above, vector, cap.positions());
            }
        }
        throw new IllegalArgumentException("unknown intervention " + intervention);
    }

    private static Tensor added(Tensor hidden, Tensor mask, Tensor vector) {
        try (Tensor placed = mask.times(vector)) {
            return hidden.plus(placed);
        }
    }

    /** Takes an amount of a unit vector off, {@code [rows, length, 1]}. */
    private Tensor without(Tensor hidden, Tensor amount, Tensor unit, Positions positions) {
        if (positions == Positions.ALL) {
            try (Tensor part = amount.times(unit)) {
                return hidden.minus(part);
            }
        }
        try (Tensor placed = amount.times(mask(positions));
                Tensor part = placed.times(unit)) {
            return hidden.minus(part);
        }
    }

    private Tensor mask(Positions positions) {
        return masks.computeIfAbsent(positions, this::made);
    }

    private Tensor made(Positions positions) {
        float[] mask = new float[Math.multiplyExact(completionStarts.length, length)];
        for (int row = 0; row < completionStarts.length; row++) {
            int start = completionStarts[row];
            int from = switch (positions) {
                case ALL, PROMPT -> 0;
                case COMPLETION -> start;
                case LAST -> Math.max(0, start - 1);
            };
            int to = switch (positions) {
                case ALL, COMPLETION -> length;
                case PROMPT, LAST -> start;
            };
            // Where a text goes on behind these tokens, its completion begins behind them too.
            Arrays.fill(mask, row * length + Math.min(from, length), row * length + Math.min(to, length), 1);
        }
        return scope.floats(mask, completionStarts.length, length, 1);
    }
}
