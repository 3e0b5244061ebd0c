package ai.auditor.stats;

import java.util.SplittableRandom;

/** Standard normal numbers by Marsaglia's polar method in StrictMath, so that a seed gives the same numbers on any machine. */
public final class Gaussian {
    private final SplittableRandom random;
    private double spare = Double.NaN;

    /** A stream of its own for each seed. */
    public Gaussian(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The next number. */
    public double next() {
        if (!Double.isNaN(spare)) {
            double value = spare;
            spare = Double.NaN;
            return value;
        }
        while (true) {
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            double radius = x * x + y * y;
            if (radius > 0 && radius < 1) {
                double scale = StrictMath.sqrt(-2 * StrictMath.log(radius) / radius);
                spare = y * scale;
                return x * scale;
            }
        }
    }
}
