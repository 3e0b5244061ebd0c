package ai.auditor.sae.training;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.sae.SaeWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * How an autoencoder is trained.
 *
 * @param features width of the dictionary
 * @param tokens how many are trained on, rounded down to whole batches; rows are read again as often as it takes
 * @param batch tokens of a step
 * @param buffer tokens among which they are mixed, half of them anew at each filling; 0 for the order in which they come
 * @param learningRate of Adam, at its highest
 * @param warmUp steps over which it rises
 * @param decay last steps, over which it falls to 0
 * @param clip longest gradient, over all parameters; longer ones are shortened to it
 * @param deadWindow steps without it after which a feature is dead
 * @param meanStart whether the decoder's bias starts as the first batch's mean; SAELens starts it at zero
 * @param scaled whether states are scaled to a mean length of sqrt(d_in); saved weights take them as they are
 * @param seed of the order of rows and tokens, and of the first weights
 */
public record SaePlan(
        SaeRecipe recipe,
        int features,
        long tokens,
        int batch,
        int buffer,
        double learningRate,
        int warmUp,
        int decay,
        double clip,
        int deadWindow,
        boolean meanStart,
        boolean scaled,
        long seed,
        Optional<Checkpoints> checkpoints) {
    private static final int MOST_FEATURES = 1 << 20;
    private static final int MOST_BATCH = 1 << 18;
    private static final int BATCH = 4096;
    private static final int BUFFERED_BATCHES = 16;
    private static final double RATE = 3e-4;
    private static final int MOST_WARM_UP = 1000;
    private static final int WINDOW = 1000;
    /** What Java virtual machines allow. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    /**
     * Where the state is kept, as {@code step-000100.safetensors}; the last two files stay.
     *
     * @param everySteps after how many steps, and after the last
     * @param resume whether to go on from the latest that is there
     */
    public record Checkpoints(Path directory, int everySteps, boolean resume) {
        public Checkpoints {
            require(everySteps >= 1, "a checkpoint comes every 1 step or more, not " + everySteps);
        }

        /**
         * Makes the directory and tries it, before anything costly starts.
         *
         * @throws AuditException {@code OUTPUT} where nothing can be written there
         */
        public void requireWritable() {
            try {
                Files.createDirectories(directory);
            } catch (IOException failure) {
                throw new AuditException(
                        AuditException.Code.OUTPUT,
                        "cannot make the directory of checkpoints " + Printable.line(directory.toString()) + ": "
                                + Reason.of(failure),
                        failure);
            }
            AtomicFile.requireWritable(directory.resolve("step.safetensors"));
        }
    }

    public SaePlan {
        require(features >= 1 && features <= MOST_FEATURES, "a dictionary has from 1 to 1,048,576 features");
        require(batch >= 1 && batch <= MOST_BATCH, "a batch has from 1 to 262,144 tokens");
        require(tokens >= batch, "there are as many tokens as a batch has (" + batch + ") or more, not " + tokens);
        require(tokens / batch <= Integer.MAX_VALUE, "these are too many steps: ask for fewer tokens");
        require(buffer == 0 || buffer >= batch, "a buffer holds a batch or more");
        require(learningRate > 0 && Double.isFinite(learningRate), "a learning rate is above 0");
        require(warmUp >= 0 && decay >= 0, "warm-up and decay are 0 steps or more");
        require(clip > 0, "the longest gradient is above 0");
        require(deadWindow >= 1, "a feature is dead after 1 step or more");
        if (recipe instanceof SaeRecipe.TopK top) {
            require(top.k() <= features, "k is at most the number of features");
        }
        if (recipe instanceof SaeRecipe.BatchTopK top) {
            require(top.k() <= features, "k is at most the number of features");
        }
    }

    /** Refuses matrices that are too large, of states of so many numbers. */
    void requireRoom(int width) {
        requireRoom("features", features, "numbers of a state", width, SaeWeights.MOST_FLOATS);
        requireRoom("tokens of a batch", batch, "numbers of a state", width, LONGEST_ARRAY);
        requireRoom("tokens of a batch", batch, "features", features, LONGEST_ARRAY);
    }

    private static void requireRoom(String one, int ones, String other, int others, int most) {
        require(
                (long) ones * others <= most,
                String.format(
                        Locale.ROOT,
                        "%,d %s times %,d %s are %,d numbers, more than the %,d that fit: ask for fewer %s",
                        ones,
                        one,
                        others,
                        other,
                        (long) ones * others,
                        most,
                        one));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AuditException(AuditException.Code.USAGE, otherwise);
        }
    }

    /** Batches of 4,096, warm-up over the first twentieth, decay over the last fifth, dead after a tenth of the steps (1,000 at most). */
    public static SaePlan of(SaeRecipe recipe, int features, long tokens) {
        return of(recipe, features, tokens, BATCH);
    }

    /** As {@link #of(SaeRecipe, int, long)}, with batches of so many tokens. */
    public static SaePlan of(SaeRecipe recipe, int features, long tokens, int batch) {
        long steps = batch < 1 ? 1 : tokens / batch;
        return new SaePlan(
                recipe,
                features,
                tokens,
                batch,
                (int) Math.min(Integer.MAX_VALUE, (long) BUFFERED_BATCHES * batch),
                RATE,
                (int) Math.min(MOST_WARM_UP, steps / 20),
                (int) (steps / 5),
                1,
                (int) Math.max(1, Math.min(WINDOW, steps / 10)),
                true,
                true,
                0,
                Optional.empty());
    }

    /** With another learning rate. */
    public SaePlan learningRate(double rate) {
        return with(buffer, rate, warmUp, decay, deadWindow, meanStart, scaled, seed, checkpoints);
    }

    /** With another seed. */
    public SaePlan seed(long number) {
        return with(buffer, learningRate, warmUp, decay, deadWindow, meanStart, scaled, number, checkpoints);
    }

    /** With another buffer; 0 for none. */
    public SaePlan buffer(int size) {
        return with(size, learningRate, warmUp, decay, deadWindow, meanStart, scaled, seed, checkpoints);
    }

    /** With another course of the learning rate. */
    public SaePlan schedule(int rise, int fall) {
        return with(buffer, learningRate, rise, fall, deadWindow, meanStart, scaled, seed, checkpoints);
    }

    /** With another window after which features are dead. */
    public SaePlan deadWindow(int steps) {
        return with(buffer, learningRate, warmUp, decay, steps, meanStart, scaled, seed, checkpoints);
    }

    /** With another start: whether the decoder's bias is a mean, and states are scaled. */
    public SaePlan start(boolean mean, boolean scale) {
        return with(buffer, learningRate, warmUp, decay, deadWindow, mean, scale, seed, checkpoints);
    }

    /** With checkpoints. */
    public SaePlan checkpoints(Checkpoints kept) {
        return with(buffer, learningRate, warmUp, decay, deadWindow, meanStart, scaled, seed, Optional.of(kept));
    }

    private SaePlan with(
            int size,
            double rate,
            int rise,
            int fall,
            int window,
            boolean mean,
            boolean scale,
            long number,
            Optional<Checkpoints> kept) {
        return new SaePlan(
                recipe, features, tokens, batch, size, rate, rise, fall, clip, window, mean, scale, number, kept);
    }

    /** How many steps there are. */
    public int steps() {
        return (int) (tokens / batch);
    }

    /** What the learning rate is at a 0-based step: as SAELens's constant schedule with warm-up and decay. */
    double rateAt(int step) {
        double rise = warmUp == 0 ? 1 : Math.min(1, (step + 1.0) / warmUp);
        double fall = decay == 0 ? 1 : Math.min(1, (double) (steps() - step) / decay);
        return learningRate * rise * fall;
    }

    /** What tells two trainings apart, but for how their state is kept. */
    String fingerprint() {
        return with(buffer, learningRate, warmUp, decay, deadWindow, meanStart, scaled, seed, Optional.empty())
                .toString();
    }
}
