package ai.auditor.capture;

import ai.auditor.text.TokenizedRow;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows without those that the model reads alike, and where each of all rows is among them.
 *
 * @param rows in the order in which they first stand
 * @param places one entry a row of the whole
 */
record Distinct(List<TokenizedRow> rows, int[] places) {
    /** All that a model's reading of a row depends on. */
    private record Content(IntBuffer ids, int completionStart, int completionEnd, int firstPredicted) {}

    static Distinct of(List<TokenizedRow> all) {
        Map<Content, Integer> known = new HashMap<>();
        List<TokenizedRow> rows = new ArrayList<>();
        int[] places = new int[all.size()];
        for (int index = 0; index < places.length; index++) {
            TokenizedRow row = all.get(index);
            Content content = new Content(
                    IntBuffer.wrap(row.ids()), row.completionStart(), row.completionEnd(), row.firstPredicted());
            Integer place = known.putIfAbsent(content, rows.size());
            places[index] = place == null ? rows.size() : place;
            if (place == null) {
                rows.add(row);
            }
        }
        return new Distinct(List.copyOf(rows), places);
    }
}
