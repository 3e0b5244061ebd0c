package ai.auditor.model;

import ai.auditor.AuditException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A named place in the model; {@code resid_post.k} is the output of block k, 0-based, before the final norm.
 *
 * @param block 0-based block
 */
public record Point(int block) implements Comparable<Point> {
    private static final Pattern SPELLING = Pattern.compile("resid_post\\.(\\d{1,4})");

    public Point {
        if (block < 0) {
            throw new IllegalArgumentException("a block is 0 or more, not " + block);
        }
    }

    /**
     * Reads {@code resid_post.7}.
     *
     * @throws AuditException {@code USAGE} for any other spelling
     */
    public static Point parse(String spelling) {
        Matcher matcher = SPELLING.matcher(spelling);
        if (!matcher.matches()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "unknown point \"" + spelling + "\"; known: resid_post.K with K a 0-based block");
        }
        return new Point(Integer.parseInt(matcher.group(1)));
    }

    @Override
    public int compareTo(Point other) {
        return Integer.compare(block, other.block);
    }

    @Override
    public String toString() {
        return "resid_post." + block;
    }
}
