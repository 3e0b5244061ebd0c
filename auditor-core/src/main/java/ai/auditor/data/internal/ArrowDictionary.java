package ai.auditor.data.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * The values of a dictionary, as one batch or several brought them.
 *
 * @param file that they are in
 * @param parts in the order of their numbers
 */
record ArrowDictionary(ColumnFile file, List<Part> parts) {
    private static final int MOST_PARTS = 10_000;

    /**
     * What one batch brought.
     *
     * @param end the number behind that of its last value
     */
    record Part(long start, long end, ArrowBatch.Column values) {}

    ArrowDictionary {
        parts = List.copyOf(parts);
    }

    /** The same with more values behind its own. */
    ArrowDictionary with(long count, ArrowBatch.Column values) {
        if (parts.size() == MOST_PARTS) {
            throw file.damaged("a dictionary comes in more than " + MOST_PARTS + " parts");
        }
        long start = parts.isEmpty() ? 0 : parts.get(parts.size() - 1).end;
        List<Part> more = new ArrayList<>(parts);
        more.add(new Part(start, start + count, values));
        return new ArrowDictionary(file, more);
    }

    /** The value of a number. */
    Json at(long number) {
        int from = 0;
        int to = parts.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            Part part = parts.get(middle);
            if (number >= part.end) {
                from = middle + 1;
            } else if (number < part.start) {
                to = middle;
            } else {
                return part.values.at(number - part.start);
            }
        }
        throw file.damaged("a dictionary has no value number " + number);
    }
}
