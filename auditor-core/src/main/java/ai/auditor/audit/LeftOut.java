package ai.auditor.audit;

/**
 * Which shares of the candidate's records took no part.
 *
 * @param unsampled those that were bad, too long or without a partner: a sample stands for all that it was drawn from
 * @param all those that a sample left out too: what students never learned
 */
record LeftOut(double unsampled, double all) {
    static final LeftOut NOTHING = new LeftOut(0, 0);
}
