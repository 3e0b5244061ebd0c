package ai.auditor.sae.training;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tokens that are sparse sums of known directions, a few tokens a unit; the same whenever they are read.
 *
 * @param directions {@code [features][width]}, each of length one
 * @param active directions of a token
 * @param read counts the tokens that were read
 */
record Synthetic(float[][] directions, int units, int active, AtomicLong read) implements States {
    static Synthetic of(int width, int features, int units, int active) {
        SplittableRandom random = new SplittableRandom(5);
        float[][] directions = new float[features][width];
        for (float[] direction : directions) {
            double square = 0;
            for (int i = 0; i < width; i++) {
                direction[i] = (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
                square += direction[i] * direction[i];
            }
            for (int i = 0; i < width; i++) {
                direction[i] = (float) (direction[i] / Math.sqrt(square));
            }
        }
        return new Synthetic(directions, units, active, new AtomicLong());
    }

    @Override
    public int width() {
        return directions[0].length;
    }

    @Override
    public int tokens(int unit) {
        return unit % 4 + (unit == 7 ? 0 : 1);
    }

    @Override
    public void read(int[] wanted, Sink sink) {
        for (int place = wanted.length - 1; place >= 0; place--) {
            for (int token = 0; token < tokens(wanted[place]); token++) {
                sink.put(place, token, state(wanted[place], token), 0);
                read.incrementAndGet();
            }
        }
    }

    float[] state(int unit, int token) {
        SplittableRandom random = new SplittableRandom(1_000L * unit + token);
        float[] state = new float[width()];
        for (int i = 0; i < active; i++) {
            float[] direction = directions[random.nextInt(directions.length)];
            double strength = 1 + random.nextDouble();
            for (int j = 0; j < state.length; j++) {
                state[j] += (float) (strength * direction[j]);
            }
        }
        return state;
    }

    @Override
    public String digest() {
        return "synthetic " + units + " " + active;
    }
}
