package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.text.TokenizedRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a model is trained.
 *
 * @param trainable what of it
 * @param learningRate largest rate
 * @param clipNorm longest gradient, over all parameters; longer ones are shortened to it, 0 leaves them
 * @param batchRows rows of one step, or pairs of a preference
 * @param microRows how many of them run at once; the gradients of a batch add up over them
 * @param layout how rows lie in the sequences that run; changes the weights by rounding only
 * @param epochs passes over the rows
 * @param maxSteps steps at most; 0 for as many as the epochs have
 * @param order of the rows
 * @param seed of the order and of adapters
 * @param checkpoints where and how often the state is kept, if at all
 * @param validation what training is held against, if at all
 */
public record TrainingPlan(
        Trainable trainable,
        LossTokens lossTokens,
        Optimizer optimizer,
        double learningRate,
        Schedule schedule,
        double clipNorm,
        int batchRows,
        int microRows,
        Layout layout,
        int epochs,
        int maxSteps,
        Order order,
        long seed,
        Optional<Checkpoints> checkpoints,
        Optional<Validation> validation) {
    /** Far above any use; keeps products of two settings within a {@code long}, and a batch within an array. */
    private static final int MOST = 1 << 20;

    /** How rows lie in the sequences of a batch. */
    public enum Layout {
        /** Each in a sequence of its own, filled up to the longest. */
        PADDED,
        /** Short rows behind each other in sequences as long as the longest; each sees itself alone. */
        PACKED
    }

    /**
     * The order of rows.
     *
     * @param shuffled anew each epoch; otherwise as given
     * @param window batches over which rows of like length are brought together, so that less is padding; 1 for none
     */
    public record Order(boolean shuffled, int window) {
        public Order {
            require(window >= 1 && window <= MOST, "a window has from 1 to " + MOST + " batches, not " + window);
        }
    }

    /**
     * Where the state is kept, as {@code step-000100.safetensors}; the last two files stay.
     *
     * @param everySteps 0 for the end of each epoch
     * @param resume whether to go on from the latest that is there
     */
    public record Checkpoints(Path directory, int everySteps, boolean resume) {
        public Checkpoints {
            require(everySteps >= 0, "a checkpoint comes every 1 step or more, or 0 for epochs, not " + everySteps);
        }
    }

    /**
     * What training is held against; the weights with the lowest loss on it are the result.
     *
     * @param set not trained on; its kind says which loss is looked at
     * @param everySteps 0 for the end of each epoch
     * @param patience how many looks without a lower loss end the training; 0 for no early end
     */
    public record Validation(TrainingSet set, int everySteps, int patience) {
        public Validation {
            require(!set.rows().isEmpty(), "a validation needs rows");
            require(everySteps >= 0 && patience >= 0, "validation steps and patience are 0 or more");
        }

        /** Held against rows. */
        public Validation(List<TokenizedRow> rows, int everySteps, int patience) {
            this(new TrainingSet.Rows(rows), everySteps, patience);
        }
    }

    public TrainingPlan {
        require(learningRate > 0 && Double.isFinite(learningRate), "a learning rate is above 0, not " + learningRate);
        require(clipNorm >= 0, "the longest gradient is 0 (any) or more, not " + clipNorm);
        require(batchRows >= 1 && batchRows <= MOST, "a batch has from 1 to " + MOST + " rows, not " + batchRows);
        require(microRows >= 1, "a part of a batch has 1 row or more, not " + microRows);
        require(epochs >= 1 && epochs <= MOST, "there are from 1 to " + MOST + " epochs, not " + epochs);
        require(maxSteps >= 0, "steps at most are 0 (all) or more, not " + maxSteps);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AuditException(AuditException.Code.USAGE, otherwise);
        }
    }

    /** A plan to be filled in; what is not given is AdamW without decay, constant, clipped at 1, one epoch of shuffled batches of 32. */
    public static Builder of(Trainable trainable, double learningRate) {
        return new Builder(trainable, learningRate);
    }

    /** What tells two trainings apart, but for how long their state is kept. */
    String fingerprint() {
        return String.join(
                " ",
                trainable.toString(),
                lossTokens.toString(),
                optimizer.toString(),
                Double.toString(learningRate),
                schedule.toString(),
                Double.toString(clipNorm),
                Integer.toString(batchRows),
                Integer.toString(microRows),
                layout.name(),
                Integer.toString(epochs),
                Integer.toString(maxSteps),
                order.toString(),
                Long.toString(seed),
                validation
                        .map(held -> held.everySteps() + " " + held.patience())
                        .orElse("no validation"));
    }

    /** Builds a plan. */
    public static final class Builder {
        private final Trainable trainable;
        private final double learningRate;
        private LossTokens lossTokens = LossTokens.COMPLETION_AND_END;
        private Optimizer optimizer = Optimizer.AdamW.of(0);
        private Schedule schedule = Schedule.of(Schedule.Shape.CONSTANT, 0);
        private double clipNorm = 1;
        private int batchRows = 32;
        private int microRows = Integer.MAX_VALUE;
        private Layout layout = Layout.PADDED;
        private int epochs = 1;
        private int maxSteps;
        private Order order = new Order(true, 1);
        private long seed;
        private Optional<Checkpoints> checkpoints = Optional.empty();
        private Optional<Validation> validation = Optional.empty();

        private Builder(Trainable trainable, double learningRate) {
            this.trainable = trainable;
            this.learningRate = learningRate;
        }

        public Builder lossTokens(LossTokens tokens) {
            this.lossTokens = tokens;
            return this;
        }

        public Builder optimizer(Optimizer rule) {
            this.optimizer = rule;
            return this;
        }

        public Builder schedule(Schedule course) {
            this.schedule = course;
            return this;
        }

        /** Longest gradient; 0 leaves all as they are. */
        public Builder clipNorm(double norm) {
            this.clipNorm = norm;
            return this;
        }

        public Builder batchRows(int rows) {
            this.batchRows = rows;
            return this;
        }

        /** Rows that run at once, where a whole batch takes too much memory. */
        public Builder microRows(int rows) {
            this.microRows = rows;
            return this;
        }

        public Builder layout(Layout rows) {
            this.layout = rows;
            return this;
        }

        public Builder epochs(int passes) {
            this.epochs = passes;
            return this;
        }

        public Builder maxSteps(int steps) {
            this.maxSteps = steps;
            return this;
        }

        public Builder order(Order rows) {
            this.order = rows;
            return this;
        }

        public Builder seed(long number) {
            this.seed = number;
            return this;
        }

        public Builder checkpoints(Checkpoints kept) {
            this.checkpoints = Optional.of(kept);
            return this;
        }

        public Builder validation(Validation rows) {
            this.validation = Optional.of(rows);
            return this;
        }

        public TrainingPlan build() {
            return new TrainingPlan(
                    trainable,
                    lossTokens,
                    optimizer,
                    learningRate,
                    schedule,
                    clipNorm,
                    batchRows,
                    microRows,
                    layout,
                    epochs,
                    maxSteps,
                    order,
                    seed,
                    checkpoints,
                    validation);
        }
    }
}
