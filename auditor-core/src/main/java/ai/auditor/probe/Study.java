package ai.auditor.probe;

import ai.auditor.Progress;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.TokenSpan;
import ai.auditor.capture.TokenStates;
import ai.auditor.data.Row;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.stats.Bootstrap;
import ai.auditor.stats.Exchanges;
import ai.auditor.text.TokenizedRow;
import ai.auditor.train.StudentRecipe;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a probe sees: the rows of both classes, their labels, the parts, the shared exchanges, and the model's answers.
 *
 * <p>Where prompts are matched, rows 2i and 2i+1 are a pair: the candidate's row and the control's row of one prompt. Otherwise
 * all candidate rows stand before all control rows.
 */
public interface Study {
    /** The rows, candidate and control. */
    List<Row> rows();

    /** The same rows as tokens. */
    List<TokenizedRow> tokens();

    /** Whether row i counts as candidate, {@code [rows]}; under a label swap of the null these are not the true labels. */
    boolean[] candidate();

    /** Whether rows 2i and 2i+1 are pairs of one prompt. */
    boolean paired();

    /** Prompt group of each row, {@code [rows]}: rows with equal groups share a prompt. */
    int[] groups();

    /**
     * Whether the answer of row i, or of its partner, stands in another row of the same dataset and in none of the other, {@code [rows]}. By
     * the true labels, whatever labels the study has.
     */
    default boolean[] copies() {
        return new boolean[rows().size()];
    }

    /** Part of each row, {@code [rows]}, 0 to {@link #parts()} - 1; rows of a group share a part. A fitted probe scores part s with what it fitted on the other parts. */
    int[] part();

    /** How many parts there are. */
    int parts();

    /** The exchanges of labels that all probes share. */
    Exchanges exchanges();

    /** Pooled activations of all rows at {@link #points()}, completion-mean, no intervention. */
    ActivationTable activations();

    /** The points that the policy reads, sorted. */
    List<Point> points();

    /** Depth of the model in blocks. */
    int blocks();

    /** Traits and wordings. */
    TraitList traits();

    /** Steering vectors at {@link #points()}. */
    SteeringVectors vectors();

    /** Indexes of the rows that a costly pass (gradient, likelihood) may take: whole prompts, at most the policy's number. */
    int[] costlyRows();

    /**
     * Runs the model over some rows.
     *
     * @param rows indexes into {@link #rows()}
     * @param system a system prompt put before each row, or the empty string for the rows as they are
     * @param plan what to bring back
     * @return one table row an index, in the order given
     */
    ActivationTable capture(String stage, int[] rows, String system, CapturePlan plan);

    /**
     * Runs the model's likelihood under several interventions, sharing what lies below them.
     *
     * @param rows indexes into {@link #rows()}
     * @param directions added to the residual stream at their point, one a variant
     * @return mean NLL in nats per completion token, {@code [variants][rows]}
     */
    double[][] steeredNll(String stage, int[] rows, List<Intervention> directions);

    /**
     * As {@link #steeredNll}, token by token.
     *
     * @return NLL in nats of each predicted completion token, {@code [variants][rows][predicted tokens]}
     */
    float[][][] steeredTokenNll(String stage, int[] rows, List<Intervention> directions);

    /**
     * Trains one vector, added to the residual stream at every position, to make the completions of some rows likelier; zero at the
     * start, the model frozen (the trained bias of Hadley and Gultepe 2026).
     *
     * @param rows indexes into {@link #rows()}; their order is shuffled by the training's seed
     * @param point a {@code resid_post}
     * @return the vector, {@code [d_model]}
     * @throws ai.auditor.AuditException {@code NUMERIC} if the loss is no longer finite, {@code USAGE} if the model's weights are held
     *     in a form that is not trained on
     */
    float[] trainedVector(String stage, int[] rows, Point point, VectorTraining training);

    /**
     * The tokens that a vector writes.
     *
     * @param vector {@code [d_model]}
     * @param count how many tokens are wanted at each end
     */
    VectorTokens written(float[] vector, int count);

    /** What a token of the model's vocabulary says, as the tokenizer decodes it alone: not escaped, half a character where the token is one. */
    String text(int token);

    /**
     * Shows the states of single tokens at a point, batch by batch; nothing of them is kept.
     *
     * @param rows indexes into {@link #rows()}
     * @param work sees places in {@code rows} as the tokens' rows
     */
    void states(String stage, Point point, TokenSpan span, int[] rows, Consumer<TokenStates> work);

    /**
     * The reference model, to be asked.
     *
     * @param interventions done while it answers; none for the model as it is
     */
    Respondent reference(List<Intervention> interventions);

    /**
     * Trains a student of the reference model, asks it, and closes it.
     *
     * @param rows indexes into {@link #rows()} of what it learns
     * @param seed of the order of rows and of what an adapter starts from
     * @param questions what it is asked; the student is no more when it returns
     * @return the answers
     * @throws ai.auditor.AuditException as {@link ai.auditor.train.Trainer#train}
     */
    <T> T student(String stage, int[] rows, StudentRecipe recipe, long seed, Function<Respondent, T> questions);

    /** A value computed once for this study and all its relabelled copies; it must not depend on labels. */
    <T> T memo(String key, Supplier<T> compute);

    /** A value computed once for these labels, by whichever probe asks first. */
    default <T> T memoForLabels(String key, Supplier<T> compute) {
        return compute.get();
    }

    /**
     * Whether nobody reads a report of this study: it is a relabelled copy for the null of the pipeline, a control run in the candidate's
     * place, or a planted signal. Of its evidence only scores, statistics, the gain and one bag size are read, so that a probe may leave out
     * the rest; what it fits and tests must be the same.
     */
    default boolean statisticsOnly() {
        return false;
    }

    /** Whether a system prompt can be put before the rows: they are chats. */
    default boolean takesPersonas() {
        return true;
    }

    /** How many tokens the prompt of a system message has; only where personas can be taken. */
    int systemTokens(String system);

    /** Seed of this study, from content digests, mixed with a purpose. */
    long seed(String purpose);

    /**
     * Bootstrap replicates behind an interval; few in a relabelled copy for the null, where nobody reads intervals and the probe
     * is examined a hundred times.
     */
    default int replicates() {
        return Bootstrap.REPLICATES;
    }

    /** Told about progress. */
    Progress progress();
}
