package ai.auditor.direction;

import ai.auditor.data.Row;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.util.List;
import java.util.Map;

/** Reads the residual stream of a model: all that the recipes of steering vectors need of it. */
public interface PromptReader {
    /**
     * The residual stream at the last token of each prompt, its answer prefix included.
     *
     * @return for each point {@code [prompts, d_model]}, rows in the order of the prompts
     */
    Map<Point, Matrix> promptLast(List<Prompt> prompts, List<Point> points);

    /** How many tokens each prompt has, its answer prefix included, {@code [prompts]}. */
    int[] tokens(List<Prompt> prompts);

    /**
     * The residual stream averaged over the completion tokens of each row.
     *
     * @return for each point {@code [rows, d_model]}, in the order of the rows
     */
    Map<Point, Matrix> completionMean(List<Row> rows, List<Point> points);
}
