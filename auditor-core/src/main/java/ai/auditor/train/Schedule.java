package ai.auditor.train;

import ai.auditor.AuditException;

/**
 * The course of the learning rate: a rise over the warm-up, times a fall over all steps.
 *
 * @param shape of the fall
 * @param warmUp steps until the full rate, the last of them at it
 * @param floor share of the rate that is left at the end, from 0 to 1
 */
public record Schedule(Shape shape, int warmUp, double floor) {
    /** How the rate falls. */
    public enum Shape {
        CONSTANT,
        LINEAR,
        COSINE
    }

    public Schedule {
        if (warmUp < 0) {
            throw new AuditException(AuditException.Code.USAGE, "warm-up is 0 steps or more, not " + warmUp);
        }
        if (!(floor >= 0 && floor <= 1)) {
            throw new AuditException(AuditException.Code.USAGE, "the floor of a schedule is from 0 to 1, not " + floor);
        }
    }

    /** A schedule that falls to zero. */
    public static Schedule of(Shape shape, int warmUp) {
        return new Schedule(shape, warmUp, 0);
    }

    /** What the learning rate is multiplied with at a 0-based step. */
    public double at(int step, int steps) {
        double done = (double) step / steps;
        double fall = switch (shape) {
            case CONSTANT -> 1;
            case LINEAR -> 1 - done;
            case COSINE -> 0.5 * (1 + StrictMath.cos(Math.PI * done));
        };
        double rise = warmUp == 0 ? 1 : Math.min(1, (step + 1.0) / warmUp);
        return rise * (floor + (1 - floor) * fall);
    }
}
