package ai.auditor.audit;

import ai.auditor.NumberText;
import ai.auditor.probe.Claim;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What may stand between evidence and a conclusion.
 *
 * @param leftOut of the candidate's records
 * @param runs what the runs of the control differ by, if there are several
 * @param differing in what else the arms differ
 */
record Obstacles(
        boolean paired, boolean goodNull, LeftOut leftOut, Optional<ControlRuns> runs, List<String> differing) {
    /** Why nothing can be concluded, or empty. */
    String first() {
        if (!paired) {
            return "confounded: prompts are not matched, so a difference may be one of prompts; a control that answers the"
                    + " candidate's own prompts would tell";
        }
        return goodNull ? "" : "bad null: label swaps reject too often";
    }

    boolean enough(Policy policy) {
        return leftOut.unseen() < 1 && leftOut.unseen() <= policy.maxDetectableFraction();
    }

    /** Whether students learned enough of the candidate for what they do not take over to say anything. */
    boolean learned(Policy policy) {
        return leftOut.all() <= policy.maxDetectableFraction();
    }

    /** Whether a statistic is no farther out than one more run of the control might be. */
    boolean withinRuns(Policy policy, Claim claim, double statistic) {
        return runs.filter(several -> several.p(claim, statistic) > policy.alpha())
                .isPresent();
    }

    /** That it is, in words. */
    String runsDiffer(Policy policy, Claim claim, double statistic, String what) {
        ControlRuns several = runs.orElseThrow();
        OptionalInt wanted = several.wanted(claim, statistic, policy.alpha());
        return String.format(
                Locale.ROOT,
                "runs of the control may differ as much from each other: %s, but among %d control runs its p is %s; %s",
                what,
                several.names().size(),
                NumberText.p(several.p(claim, statistic), 0),
                wanted.isPresent()
                        ? wanted.getAsInt() + " runs would do if they lie as these"
                        : "more runs alone would not do");
    }

    /** What may explain a difference that is not surely more than one of format and length. */
    String confounded() {
        return "confounded: a difference shows, but its gain over format and length is not surely above nothing"
                + (differing.isEmpty() ? "" : "; the arms differ in " + String.join(", ", differing));
    }

    /**
     * What share of all the candidate's rows could hide: those that nobody read, those of pairs that are alike, and of the others as many as would
     * have been seen at least; a share that would have been seen is one of all pairs, alike or not. Empty where nothing was seen.
     */
    OptionalDouble ofAll(OptionalDouble detectable) {
        return detectable.isPresent() && leftOut.unseen() < 1
                ? OptionalDouble.of(
                        leftOut.unread() + (1 - leftOut.unread()) * (leftOut.alike() + detectable.getAsDouble()))
                : OptionalDouble.empty();
    }

    /** The largest detectable fraction of the pairs that were read with which no more of all could hide than the policy allows. */
    double allowed(Policy policy) {
        return (policy.maxDetectableFraction() - leftOut.unread()) / (1 - leftOut.unread()) - leftOut.alike();
    }
}
