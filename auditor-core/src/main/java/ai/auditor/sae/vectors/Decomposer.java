package ai.auditor.sae.vectors;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.direction.Direction;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.sae.vectors.Decomposition.Nearness;
import ai.auditor.sae.vectors.Decomposition.Part;
import ai.auditor.sae.vectors.Decomposition.Stop;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes vectors apart into features of an autoencoder.
 *
 * <p>The decomposition is matching pursuit over decoder directions: again and again the direction (of unit length) that lies most along what is left
 * of the vector is taken off it, as far as it lies along it, until nine tenths of the squared length are explained. It is defined by the decoder
 * alone, which is all that a difference of states is made of: the encoder is made for states, and its biases and thresholds mean nothing for a
 * vector that is none. Weights are above zero since features are. What the encoder says is told beside it ({@link EncodedChange}).
 */
public final class Decomposer {
    /** Share of the squared length at which the pursuit stops. */
    public static final double EXPLAINED = 0.9;

    /** Most features of a decomposition. */
    public static final int MOST_FEATURES = 64;

    /** How many features are told by their cosines, or by their changes. */
    public static final int SHOWN = 20;

    /** A feature may be taken again, where others that lie beside it were taken since. */
    private static final int MOST_STEPS = 4 * MOST_FEATURES;

    /** Least length that a step takes off a vector of unit length. */
    private static final double LEAST_STEP = 1e-3;

    /** What the products of one step may take. */
    private static final long CHUNK_BYTES = 64L << 20;

    private final SparseAutoencoder sae;
    private final float[] lengths;

    /** @param sae stays open as long */
    public Decomposer(SparseAutoencoder sae) {
        this.sae = sae;
        this.lengths = sae.lengths();
    }

    /**
     * Takes vectors apart.
     *
     * @throws AuditException {@code USAGE} where one is not as wide as the autoencoder's states, {@code NUMERIC} where one is not finite
     */
    public List<Decomposition> decompose(List<Direction> vectors) {
        vectors.forEach(this::require);
        List<Decomposition> decompositions = new ArrayList<>(vectors.size());
        int most = Math.toIntExact(Math.max(1, CHUNK_BYTES / Float.BYTES / lengths.length));
        for (int from = 0; from < vectors.size(); from += most) {
            List<Pursuit> pursuits = vectors.subList(from, Math.min(vectors.size(), from + most)).stream()
                    .map(Pursuit::new)
                    .toList();
            for (List<Pursuit> running = going(pursuits); !running.isEmpty(); running = going(running)) {
                AuditException.checkInterrupted();
                float[][] products = sae.products(
                        running.stream().map(pursuit -> pursuit.rest).toArray(double[][]::new));
                for (int i = 0; i < products.length; i++) {
                    running.get(i).step(products[i]);
                }
            }
            pursuits.forEach(pursuit -> decompositions.add(pursuit.decomposition()));
        }
        return decompositions;
    }

    private static List<Pursuit> going(List<Pursuit> pursuits) {
        return pursuits.stream().filter(pursuit -> pursuit.going).toList();
    }

    /**
     * What features say of a vector that is a difference of means: each feature's mean over the candidate's rows less that over the control's.
     *
     * @param vector mean over the candidate's rows of a row's mean state, less that over the control's, over the tokens of the tables
     */
    public EncodedChange ofMeans(Direction vector, FeatureTable candidate, FeatureTable control) {
        double[] changes = means(candidate);
        Vectors.addScaled(changes, -1, means(control));
        return change(vector, changes);
    }

    private double[] means(FeatureTable table) {
        if (table.features() != lengths.length) {
            throw new IllegalArgumentException(
                    "a table of " + table.features() + " features for a dictionary of " + lengths.length);
        }
        double[] sums = new double[lengths.length];
        long rows = table.rows().stream().filter(row -> row.tokens() > 0).count();
        for (FeatureTable.RowFeatures row : table.rows()) {
            for (int i = 0; i < row.features().length; i++) {
                sums[row.features()[i]] += (double) row.means()[i] / rows;
            }
        }
        return sums;
    }

    private EncodedChange change(Direction vector, double[] changes) {
        require(vector);
        double[] whole = Vectors.doubles(vector.vector());
        double square = Vectors.squaredNorm(whole);
        float[] products = sae.products(new double[][] {whole})[0];
        List<EncodedChange.Part> parts = new ArrayList<>();
        double explained = 0;
        for (int j = 0; j < changes.length; j++) {
            if (changes[j] != 0) {
                double share = square > 0 ? changes[j] * products[j] / square : 0;
                parts.add(new EncodedChange.Part(j, changes[j], share));
                explained += share;
            }
        }
        parts.sort(Comparator.comparingDouble((EncodedChange.Part part) -> -Math.abs(part.share()))
                .thenComparingInt(EncodedChange.Part::feature));
        return new EncodedChange(
                vector.name(), parts.size(), explained, parts.subList(0, Math.min(SHOWN, parts.size())));
    }

    private void require(Direction vector) {
        int width = sae.facts().inputWidth();
        if (vector.vector().length != width) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the vector " + Printable.quoted(vector.name()) + " has " + vector.vector().length
                            + " values, the states that " + sae.facts().name() + " reads have " + width);
        }
        for (float value : vector.vector()) {
            if (!Float.isFinite(value)) {
                throw new AuditException(
                        AuditException.Code.NUMERIC,
                        "the vector " + Printable.quoted(vector.name()) + " holds a number that is not finite");
            }
        }
    }

    /** One vector on its way, scaled to unit length. */
    private final class Pursuit {
        private final Direction vector;
        private final double length;
        private final double[] rest;
        /** Weight and share by feature. */
        private final Map<Integer, double[]> taken = new TreeMap<>();

        private List<Nearness> nearest = List.of();
        private int steps;
        private double left = 1;
        private Stop stop = Stop.NOTHING_LEFT;
        private boolean going;

        Pursuit(Direction vector) {
            this.vector = vector;
            this.rest = Vectors.doubles(vector.vector());
            this.length = Vectors.norm(rest);
            this.going = length > 0;
            for (int i = 0; i < rest.length && going; i++) {
                rest[i] /= length;
            }
        }

        void step(float[] products) {
            if (steps == 0) {
                nearest = near(products);
            }
            int best = -1;
            double most = 0;
            for (int j = 0; j < products.length; j++) {
                // A dead feature may have no direction, and a product with it nothing to say.
                double along = lengths[j] > 0 ? products[j] / lengths[j] : 0;
                if (along > most) {
                    most = along;
                    best = j;
                }
            }
            if (most < LEAST_STEP) {
                end(Stop.NOTHING_LEFT);
            } else if (steps == MOST_STEPS || (taken.size() == MOST_FEATURES && !taken.containsKey(best))) {
                end(Stop.LIMIT);
            } else {
                take(best);
            }
        }

        private void take(int feature) {
            double[] direction = Vectors.doubles(sae.directions(new int[] {feature})[0]);
            double size = Vectors.norm(direction);
            double weight = Vectors.dot(rest, direction) / size;
            Vectors.addScaled(rest, -weight / size, direction);
            double now = Vectors.squaredNorm(rest);
            double[] sums = taken.computeIfAbsent(feature, first -> new double[2]);
            sums[0] += weight * length;
            sums[1] += left - now;
            left = now;
            steps++;
            if (left <= 1 - EXPLAINED) {
                end(Stop.EXPLAINED);
            }
        }

        private void end(Stop why) {
            stop = why;
            going = false;
        }

        private List<Nearness> near(float[] products) {
            List<Nearness> all = new ArrayList<>();
            for (int j = 0; j < products.length; j++) {
                if (lengths[j] > 0) {
                    all.add(new Nearness(j, products[j] / lengths[j]));
                }
            }
            all.sort(Comparator.comparingDouble((Nearness one) -> -Math.abs(one.cosine()))
                    .thenComparingInt(Nearness::feature));
            return all.subList(0, Math.min(SHOWN, all.size()));
        }

        Decomposition decomposition() {
            List<Part> parts = new ArrayList<>();
            taken.forEach((feature, sums) -> parts.add(new Part(feature, sums[0], sums[1])));
            parts.sort(Comparator.comparingDouble((Part part) -> -part.share()).thenComparingInt(Part::feature));
            return new Decomposition(vector, parts, length > 0 ? 1 - left : 0, stop, nearest);
        }
    }
}
