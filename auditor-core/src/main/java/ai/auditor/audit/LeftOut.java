package ai.auditor.audit;

/**
 * Which shares of the candidate took no part.
 *
 * @param unsampled of its records, those that were bad, too long or without a partner: a sample stands for all that it was drawn from
 * @param all of its records, those that a sample left out too: what students never learned
 * @param copies of the rows that took part, those that {@code differs} is tested without ({@link Comparison#untested})
 */
record LeftOut(double unsampled, double all, double copies) {
    static final LeftOut NOTHING = new LeftOut(0, 0, 0);
}
