package ai.auditor.stats;

/**
 * A studentised statistic as observed, and under each shared exchange of labels.
 *
 * @param observed the statistic under the true labels; positive where the candidate scores higher
 * @param exchanged the statistic under exchange b, {@code [exchanges]}
 * @param shift mean candidate score minus mean control score, in score units
 * @param standardError the standard error of the shift, in score units
 * @param controlDeviation standard deviation of the control's scores: the unit in which effects are told
 * @param units how many units were exchanged (pairs, or rows where nothing is paired)
 */
public record Exchanged(
        double observed, double[] exchanged, double shift, double standardError, double controlDeviation, int units) {}
