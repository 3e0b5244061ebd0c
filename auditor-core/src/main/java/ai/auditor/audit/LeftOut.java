package ai.auditor.audit;

import ai.auditor.NumberText;

/**
 * What an audit did not see of the candidate's records, in shares.
 *
 * @param unread those that were bad, too long or without a partner: a sample stands for all that it was drawn from
 * @param alike those of the others whose partner says nearly the same ({@link AlikePairs}): such a pair tells nothing
 * @param all those that were not read, and those that a sample left out too: what students never learned
 * @param legible whether the reference model reads such data at all
 */
record LeftOut(double unread, double alike, double all, boolean legible) {
    static final LeftOut NOTHING = new LeftOut(0, 0, 0, true);

    /** Less is not worth a word. */
    private static final double WORTH_SAYING = 0.005;

    /** The share in which anything could hide. */
    double unseen() {
        return legible ? 1 - (1 - unread) * (1 - alike) : 1;
    }

    /** That share, in words. */
    String words() {
        if (!legible) {
            return "the reference model does not read these data (the control's tokens surprise it more than if it guessed among all that it"
                    + " knows): what its probes do not see says nothing";
        }
        if (alike < WORTH_SAYING) {
            return NumberText.perCent(unread) + " % of the candidate's rows took no part";
        }
        String say = " say nearly what their partners of the control say, as two draws seldom do";
        return unread < WORTH_SAYING
                ? NumberText.perCent(alike) + " % of the candidate's rows" + say
                : NumberText.perCent(unread) + " % of the candidate's rows took no part, and "
                        + NumberText.perCent(alike) + " % of the others" + say;
    }
}
