package ai.auditor.tensor;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The loss of a training step in plain loops and double precision. What has no gradient (which features are chosen, what the others leave
 * over, which side of its threshold a feature is on) is frozen, and a threshold's straight line is written out, so that differences of it
 * are the gradients that training takes.
 */
record SaeLoss(SaeRule rule, int tokens, int width, int features, int[] dead, double level) {
    /**
     * What stays as it is.
     *
     * @param chosen {@code [tokens][features]}
     * @param waking dead features that take part
     * @param near features within the straight line around their threshold
     * @param pre linear maps
     * @param limits thresholds
     * @param left what the reconstruction leaves over, {@code [tokens][width]}
     */
    record Frozen(
            boolean[][] chosen,
            boolean[][] waking,
            boolean[][] near,
            double[][] pre,
            double[] limits,
            double[][] left) {}

    Frozen freeze(double[][] at) {
        double[][] pre = pre(at);
        double[] norms = norms(at);
        boolean[][] chosen = new boolean[tokens][features];
        boolean[][] waking = new boolean[tokens][features];
        boolean[][] near = new boolean[tokens][features];
        double[] limits = at.length > 5 ? at[5].clone() : new double[features];
        if (rule instanceof SaeRule.Top top) {
            int sets = top.acrossBatch() ? 1 : tokens;
            int of = tokens / sets;
            for (int set = 0; set < sets; set++) {
                int first = set * of;
                IntStream.range(first * features, (first + of) * features)
                        .boxed()
                        .filter(i -> pre[i / features][i % features] > 0)
                        .sorted(Comparator.comparingDouble(i -> -pre[i / features][i % features] * norms[i % features]))
                        .limit((long) top.k() * of)
                        .forEach(i -> chosen[i / features][i % features] = true);
            }
            for (int token = 0; token < tokens; token++) {
                double[] row = pre[token];
                boolean[] wakes = waking[token];
                Arrays.stream(dead)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -row[i] * norms[i]))
                        .limit(width / 2)
                        .forEach(i -> wakes[i] = true);
            }
        } else if (rule instanceof SaeRule.Jump jump) {
            for (int token = 0; token < tokens; token++) {
                for (int i = 0; i < features; i++) {
                    chosen[token][i] = pre[token][i] > limits[i];
                    near[token][i] = Math.abs(pre[token][i] - limits[i]) < jump.bandwidth() / 2;
                }
            }
        }
        Frozen frozen = new Frozen(chosen, waking, near, pre, limits, new double[tokens][width]);
        for (int token = 0; token < tokens; token++) {
            double[] again = decoded(at, values(at, frozen)[token]);
            for (int d = 0; d < width; d++) {
                frozen.left[token][d] = at[0][token * width + d] - again[d] - at[4][d];
            }
        }
        return frozen;
    }

    double of(double[][] at, Frozen frozen) {
        double[][] pre = pre(at);
        double[][] values = values(at, frozen);
        double[] norms = norms(at);
        double loss = 0;
        for (int token = 0; token < tokens; token++) {
            double[] again = decoded(at, values[token]);
            for (int d = 0; d < width; d++) {
                loss += Math.pow(again[d] + at[4][d] - at[0][token * width + d], 2);
            }
            loss += rule instanceof SaeRule.Top top
                    ? top.auxiliary() * auxiliary(at, pre[token], frozen, token)
                    : penalty((SaeRule.Jump) rule, at, pre[token], values[token], norms, frozen, token);
        }
        return loss / tokens;
    }

    private double auxiliary(double[][] at, double[] pre, Frozen frozen, int token) {
        if (dead.length == 0) {
            return 0;
        }
        double[] awake = new double[features];
        for (int i = 0; i < features; i++) {
            awake[i] = frozen.waking[token][i] ? pre[i] : 0;
        }
        double[] again = decoded(at, awake);
        double sum = 0;
        for (int d = 0; d < width; d++) {
            sum += Math.pow(again[d] - frozen.left[token][d], 2);
        }
        int most = width / 2;
        return sum * Math.min(1, (double) dead.length / most);
    }

    private double penalty(
            SaeRule.Jump jump, double[][] at, double[] pre, double[] values, double[] norms, Frozen frozen, int token) {
        double sum = 0;
        for (int i = 0; i < features; i++) {
            if (jump.penalty() == SaeRule.Penalty.TANH) {
                sum += level * Math.tanh(jump.tanhScale() * values[i] * norms[i]);
            } else {
                sum += level * (frozen.chosen[token][i] ? 1 : 0);
                if (frozen.near[token][i]) {
                    // Changes with the threshold as the straight line does, and is 0 where nothing has changed.
                    double moved = jump.toInput() ? pre[i] - frozen.pre[token][i] : 0;
                    sum += level * (moved - at[5][i] + frozen.limits[i]) / jump.bandwidth();
                }
            }
        }
        for (int i : dead) {
            sum += jump.dead() * Math.max(0, at[5][i] - pre[i]) * norms[i];
        }
        return sum;
    }

    private double[][] values(double[][] at, Frozen frozen) {
        double[][] pre = pre(at);
        double[][] values = new double[tokens][features];
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < features; i++) {
                values[token][i] = frozen.chosen[token][i] ? pre[token][i] : 0;
                if (rule instanceof SaeRule.Jump jump && frozen.near[token][i]) {
                    double moved = jump.toInput() ? pre[token][i] - frozen.pre[token][i] : 0;
                    values[token][i] += frozen.limits[i] * (moved - at[5][i] + frozen.limits[i]) / jump.bandwidth();
                }
            }
        }
        return values;
    }

    private double[] decoded(double[][] at, double[] values) {
        double[] again = new double[width];
        for (int i = 0; i < features; i++) {
            for (int d = 0; d < width; d++) {
                again[d] += values[i] * at[3][i * width + d];
            }
        }
        return again;
    }

    private double[][] pre(double[][] at) {
        double[][] pre = new double[tokens][features];
        for (int token = 0; token < tokens; token++) {
            for (int i = 0; i < features; i++) {
                pre[token][i] = at[2][i];
                for (int d = 0; d < width; d++) {
                    pre[token][i] += (at[0][token * width + d] - at[4][d]) * at[1][i * width + d];
                }
            }
        }
        return pre;
    }

    private double[] norms(double[][] at) {
        double[] norms = new double[features];
        for (int i = 0; i < features; i++) {
            for (int d = 0; d < width; d++) {
                norms[i] += at[3][i * width + d] * at[3][i * width + d];
            }
            norms[i] = Math.sqrt(norms[i]);
        }
        return norms;
    }
}
