package ai.auditor.audit;

import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import ai.auditor.text.TokenizedDataset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which rows of one prompt are taken: as if drawn, and the same however a file is ordered.
 *
 * <p>An order of both arms by content alone would pair equal answers with equal answers and leave differences that all lie to one side, so that a
 * prompt that is answered again and again would fail every test by exchanges.
 */
final class DrawnOrder {
    private DrawnOrder() {}

    /** Keys to sort the rows of an arm by, {@code [rows]}; they depend on the contents of the arm. */
    static List<String> keys(TokenizedDataset arm) {
        String digest = arm.dataset().contentDigest();
        Map<String, Integer> seen = new HashMap<>();
        List<String> keys = new ArrayList<>();
        for (Row row : arm.rows()) {
            String content = row.contentDigest();
            // Rows of one content would else stand together.
            int occurrence = seen.merge(content, 1, Integer::sum);
            keys.add(new Sha256()
                    .text(digest)
                    .text(content)
                    .text(Integer.toString(occurrence))
                    .hex());
        }
        return keys;
    }
}
