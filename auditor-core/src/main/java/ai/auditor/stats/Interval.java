package ai.auditor.stats;

/**
 * A two-sided interval.
 *
 * @param low lower end
 * @param high upper end
 * @param level coverage, such as 0.95
 */
public record Interval(double low, double high, double level) {}
