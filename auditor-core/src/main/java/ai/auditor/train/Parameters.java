package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.model.Decoder;
import ai.auditor.model.DecoderWeights;
import ai.auditor.model.ModelFacts;
import ai.auditor.model.WeightPlace;
import ai.auditor.tensor.Gradients;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * All that is trained, in one vector, matrices first: one gradient, one state of the optimiser, one norm, however many weights there
 * are. The decoder's weights are views of it, in the layout of the kernels, so that training needs no forward pass of its own.
 */
final class Parameters implements AutoCloseable {
    /** As many floats as a buffer of bytes can hold, by which they are copied. */
    private static final long MOST = Integer.MAX_VALUE / Float.BYTES;

    private final Decoder base;
    private final Trainable trainable;
    private final List<Piece> pieces;
    private final Scope scope;
    private final Tensor vector;

    /** What a piece of the vector is to its weight. */
    enum Part {
        WHOLE,
        FIRST_FACTOR,
        SECOND_FACTOR,
        ADDED
    }

    /**
     * A piece of the vector.
     *
     * @param place its weight; for a residual vector the output bias of its block, which it is one with only in kind
     */
    record Piece(WeightPlace place, Part part, long[] shape) {
        long size() {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }

        boolean matrix() {
            return shape.length > 1;
        }
    }

    private Parameters(Decoder base, Trainable trainable, List<Piece> pieces, Scope scope, Tensor vector) {
        this.base = base;
        this.trainable = trainable;
        this.pieces = pieces;
        this.scope = scope;
        this.vector = Gradients.variable(vector);
    }

    /**
     * As they are before the first step.
     *
     * @throws AuditException {@code USAGE} where the model does not have what is to be trained, or it is too much for one vector
     */
    static Parameters start(Decoder base, Trainable trainable, long seed) {
        return made(base, trainable, (pieces, scope) -> switch (kind(trainable)) {
            case WHOLE -> copied(base, pieces, scope);
            case FIRST_FACTOR, SECOND_FACTOR -> factors(pieces, seed, scope);
            case ADDED -> scope.zeros(base.facts().hiddenSize());
        });
    }

    /** With given values, in the order of {@link #values}. */
    static Parameters of(Decoder base, Trainable trainable, float[] values) {
        return made(base, trainable, (pieces, scope) -> scope.floats(values, values.length));
    }

    private static Parameters made(Decoder base, Trainable trainable, BiFunction<List<Piece>, Scope, Tensor> vector) {
        base.requireFloats();
        List<Piece> pieces = Selection.pieces(base.facts(), trainable);
        if (size(pieces) > MOST) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "training would change " + size(pieces) + " numbers of the model, of which it can change " + MOST
                            + " at most: train biases, or LoRA adapters of a lower rank or on fewer targets");
        }
        Scope scope = base.scope();
        try {
            return new Parameters(base, trainable, pieces, scope, vector.apply(pieces, scope));
        } catch (RuntimeException failed) {
            scope.close();
            throw failed;
        }
    }

    /** @throws AuditException {@code USAGE} where the model does not have what is to be trained */
    static void requireThere(ModelFacts facts, Trainable trainable) {
        Selection.pieces(facts, trainable);
    }

    private static Part kind(Trainable trainable) {
        if (trainable instanceof Trainable.Lora) {
            return Part.FIRST_FACTOR;
        }
        return trainable instanceof Trainable.ResidualVector ? Part.ADDED : Part.WHOLE;
    }

    private static Tensor copied(Decoder base, List<Piece> pieces, Scope scope) {
        try (Scope scratch = base.scope()) {
            List<Tensor> flat = new ArrayList<>();
            for (Piece piece : pieces) {
                Tensor weight = base.weights().at(scratch, base.facts(), piece.place());
                flat.add(scratch.keep(weight.reshaped(piece.size())));
            }
            return scope.keep(Tensor.joined(flat));
        }
    }

    private static Tensor factors(List<Piece> pieces, long seed, Scope scope) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(size(pieces))];
        int next = 0;
        for (Piece piece : pieces) {
            double bound = 1 / Math.sqrt((double) piece.shape()[0]);
            int end = Math.toIntExact(next + piece.size());
            while (next < end) {
                values[next++] =
                        piece.part() == Part.FIRST_FACTOR ? (float) ((2 * random.nextDouble() - 1) * bound) : 0;
            }
        }
        return scope.floats(values, values.length);
    }

    private static long size(List<Piece> pieces) {
        return pieces.stream().mapToLong(Piece::size).sum();
    }

    Tensor vector() {
        return vector;
    }

    List<Piece> pieces() {
        return pieces;
    }

    Trainable trainable() {
        return trainable;
    }

    /** How many entries at the front belong to matrices. */
    long matrices() {
        return size(pieces.stream().filter(Piece::matrix).toList());
    }

    float[] values() {
        return vector.toFloats();
    }

    Scope scope() {
        return scope;
    }

    /** The decoder's weights with what is trained in its place. */
    DecoderWeights weights(Scope step) {
        return weights(step, Optional.empty());
    }

    /**
     * The same for a pass of training, recorded under {@link Gradients#record}.
     *
     * @param seed of the pass, for the masks of dropout
     */
    DecoderWeights weights(Scope step, long seed) {
        return weights(step, Optional.of(new SplittableRandom(seed)));
    }

    private DecoderWeights weights(Scope step, Optional<SplittableRandom> training) {
        if (trainable instanceof Trainable.ResidualVector) {
            return base.weights();
        }
        ModelFacts facts = base.facts();
        List<Tensor> parts =
                step.parts(vector, pieces.stream().map(Piece::shape).toList());
        Map<WeightPlace, Tensor> others = new HashMap<>();
        Tensor scale =
                step.floats(new float[] {trainable instanceof Trainable.Lora lora ? (float) lora.scale() : 1}, 1);
        for (int i = 0; i < pieces.size(); i++) {
            int index = i;
            WeightPlace place = pieces.get(i).place();
            switch (pieces.get(i).part()) {
                case WHOLE -> others.put(place, parts.get(i));
                case FIRST_FACTOR -> {
                    Tensor weight = base.weights().at(step, facts, place);
                    Tensor first = training.map(random -> dropped(parts.get(index), step, random))
                            .orElse(parts.get(index));
                    // The frozen weight stands second: a result belongs to the scope of its first operand.
                    others.put(
                            place,
                            first.product(parts.get(index + 1)).times(scale).plus(weight));
                }
                case SECOND_FACTOR, ADDED -> {}
            }
        }
        return base.weights().with(step, facts, others);
    }

    /** The factor A with entries of its input left out. */
    private Tensor dropped(Tensor factor, Scope step, SplittableRandom random) {
        double dropout = trainable instanceof Trainable.Lora lora ? lora.dropout() : 0;
        if (dropout == 0) {
            return factor;
        }
        float[] mask = new float[Math.toIntExact(factor.shape()[0])];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() < dropout ? 0 : (float) (1 / (1 - dropout));
        }
        return factor.times(step.floats(mask, mask.length, 1));
    }

    @Override
    public void close() {
        scope.close();
    }

    /** Which weights a choice of what is trained stands for. */
    private static final class Selection {
        private static final String WEIGHT = ".weight";
        private static final String BIAS = ".bias";

        static List<Piece> pieces(ModelFacts facts, Trainable trainable) {
            List<WeightPlace> all = WeightPlace.all(facts);
            if (trainable instanceof Trainable.Biases biases) {
                return wholes(facts, chosen(facts, all, BIAS, biases.names(), "bias"));
            }
            if (trainable instanceof Trainable.Lora lora) {
                // PEFT has one first factor for all that a fused tensor holds, which is another adapter than one for
                // each.
                List<WeightPlace> projections = all.stream()
                        .filter(place -> place.isProjection() && !place.isPart(facts))
                        .toList();
                // One name may be that of several modules, as PEFT reads it; one that is none stays, to be refused by
                // name.
                List<String> targets = lora.targets().stream()
                        .flatMap(target -> {
                            List<String> found = projections.stream()
                                    .map(place -> place.role().place(facts))
                                    .filter(name -> name.endsWith("." + target + WEIGHT))
                                    .distinct()
                                    .toList();
                            return found.isEmpty() ? Stream.of(target) : found.stream();
                        })
                        .toList();
                return chosen(facts, projections, WEIGHT, targets, "LoRA target").stream()
                        .flatMap(place -> factors(facts, place, lora.rank()))
                        .toList();
            }
            if (trainable instanceof Trainable.ResidualVector added) {
                int block = added.point().block();
                if (block >= facts.layers()) {
                    throw new AuditException(
                            AuditException.Code.USAGE,
                            added.point() + " is not in the model, whose last block is " + (facts.layers() - 1));
                }
                WeightPlace place = new WeightPlace(ai.auditor.model.WeightMap.Role.DOWN_BIAS, block);
                return List.of(new Piece(place, Part.ADDED, new long[] {facts.hiddenSize()}));
            }
            return wholes(facts, all);
        }

        private static List<Piece> wholes(ModelFacts facts, List<WeightPlace> places) {
            return places.stream()
                    .map(place -> new Piece(place, Part.WHOLE, place.shape(facts)))
                    .sorted(Comparator.comparing(Piece::matrix).reversed())
                    .toList();
        }

        private static Stream<Piece> factors(ModelFacts facts, WeightPlace place, int rank) {
            long[] shape = place.shape(facts);
            return Stream.of(
                    new Piece(place, Part.FIRST_FACTOR, new long[] {shape[0], rank}),
                    new Piece(place, Part.SECOND_FACTOR, new long[] {rank, shape[1]}));
        }

        private static List<WeightPlace> chosen(
                ModelFacts facts, List<WeightPlace> all, String ending, List<String> names, String what) {
            List<WeightPlace> known = all.stream()
                    .filter(place -> place.role().place(facts).endsWith(ending))
                    .toList();
            List<String> spelled = known.stream()
                    .map(place -> place.role().place(facts))
                    .distinct()
                    .toList();
            for (String name : names) {
                if (!spelled.contains(name)) {
                    throw new AuditException(
                            AuditException.Code.USAGE,
                            "the model has no " + what + " " + ai.auditor.Printable.quoted(name) + "; it has "
                                    + (spelled.isEmpty() ? "none" : String.join(", ", spelled)));
                }
            }
            if (known.isEmpty()) {
                throw new AuditException(AuditException.Code.USAGE, "the model has no " + what + " to train");
            }
            return known.stream()
                    .filter(place ->
                            names.isEmpty() || names.contains(place.role().place(facts)))
                    .toList();
        }
    }
}
