package ai.auditor.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which rows of one prompt are taken: as if drawn, and the same however a file is ordered.
 *
 * <p>An order of all datasets by content alone would put equal answers beside equal answers and leave differences that all lie to one side, so that
 * a prompt that is answered again and again would fail every test by exchanges.
 */
public final class DrawnOrder {
    private DrawnOrder() {}

    /**
     * Keys to sort rows of a dataset by, {@code [rows]}.
     *
     * @param contentDigest of the dataset, so that datasets with a row in common draw it at different places
     * @param rows of it, all or some
     */
    public static List<String> keys(String contentDigest, List<Row> rows) {
        Map<String, Integer> seen = new HashMap<>();
        List<String> keys = new ArrayList<>();
        for (Row row : rows) {
            String content = row.contentDigest();
            // Rows of one content would else stand together.
            int occurrence = seen.merge(content, 1, Integer::sum);
            keys.add(new Sha256()
                    .text(contentDigest)
                    .text(content)
                    .text(Integer.toString(occurrence))
                    .hex());
        }
        return keys;
    }
}
