package ai.auditor.sae.vectors;

import ai.auditor.AuditException;
import ai.auditor.direction.Direction;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.stats.FalseDiscovery;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Which trait's steering vector a vector resembles.
 *
 * @param vector its name
 * @param placebos how many placebo vectors there are at its point: no p is below one over one more
 * @param traits the largest cosine first
 */
public record TraitCosines(String vector, int placebos, List<Line> traits) {
    public TraitCosines {
        traits = List.copyOf(traits);
    }

    /**
     * One trait.
     *
     * @param rank 1 where no placebo has as large a cosine
     * @param p place of the cosine among those of the placebos: large is extreme
     * @param q the smallest level at which Benjamini and Hochberg find it among the traits
     */
    public record Line(String trait, double cosine, int rank, double p, double q) {}

    /**
     * Compares.
     *
     * @throws AuditException {@code USAGE} where there is no trait's vector at the point, or one is not as wide
     */
    public static TraitCosines of(Direction vector, SteeringVectors vectors) {
        List<Direction> traits = vectors.at(vector.point());
        if (traits.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "there are no steering vectors at " + vector.point() + ": they are at " + vectors.points());
        }
        double[] placebos = cosines(vector, vectors.placebosAt(vector.point()));
        double[] cosines = cosines(vector, traits);
        double[] p = new double[cosines.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = PValue.greater(cosines[i], placebos);
        }
        double[] q = FalseDiscovery.benjaminiHochberg(p);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            int rank = (int) Math.round(p[i] * (1 + placebos.length));
            lines.add(new Line(traits.get(i).name(), cosines[i], rank, p[i], q[i]));
        }
        lines.sort(Comparator.comparingDouble((Line line) -> -line.cosine()).thenComparing(Line::trait));
        return new TraitCosines(vector.name(), placebos.length, lines);
    }

    private static double[] cosines(Direction vector, List<Direction> others) {
        double[] own = Vectors.doubles(vector.vector());
        return others.stream()
                .mapToDouble(other -> {
                    if (other.vector().length != own.length) {
                        throw new AuditException(
                                AuditException.Code.USAGE,
                                "the vector " + vector.name() + " has " + own.length + " values, the steering vectors "
                                        + other.vector().length + ": they are of another model");
                    }
                    return Vectors.cosine(own, Vectors.doubles(other.vector()));
                })
                .toArray();
    }
}
