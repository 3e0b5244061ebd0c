package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.data.Sha256;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an audit holds itself to, fixed before candidate data are read.
 *
 * @param alpha level of the test of each claim, over all its probes, points and traits
 * @param decoyAlpha level at which a trait must stand out from decoys, over all probes, points and traits: of datasets that
 *     differ from their control in ways of no interest, this share may be said to differ along a trait
 * @param power power at which the detectable fraction is told
 * @param maxDetectableFraction a claim counts as not detected only if this fraction, or less, would have been seen
 * @param reference effect of a fully affected row, against which detectable fractions are told
 * @param required claims without which the gate is not passed cleanly
 * @param failOn the lowest risk that fails the gate
 * @param parts parts by prompt; each is scored by what was fitted on the others
 * @param exchanges label exchanges behind every p
 * @param nullSwaps label swaps through the whole pipeline
 * @param minimumPaired share of candidate rows with a control row of the same prompt from which the audit is paired
 * @param costlyPrompts prompts that the gradient and likelihood passes take at most
 */
public record Policy(
        double alpha,
        double decoyAlpha,
        double power,
        double maxDetectableFraction,
        ReferenceEffect reference,
        Set<Claim> required,
        Risk.Threshold failOn,
        int parts,
        int exchanges,
        int nullSwaps,
        double minimumPaired,
        int costlyPrompts) {

    public Policy {
        required = Set.copyOf(required);
        requireProbability("alpha", alpha);
        requireProbability("decoyAlpha", decoyAlpha);
        requireProbability("power", power);
        requireShare("maxDetectableFraction", maxDetectableFraction);
        requireShare("minimumPaired", minimumPaired);
        require(
                reference.labelled() || (reference.shift() > 0 && Double.isFinite(reference.shift())),
                "reference",
                reference.shift());
        require(parts >= 2, "parts", parts);
        require(exchanges > 0, "exchanges", exchanges);
        require(nullSwaps >= 0, "nullSwaps", nullSwaps);
        require(costlyPrompts >= 0, "costlyPrompts", costlyPrompts);
    }

    private static void requireProbability(String name, double value) {
        require(value > 0 && value < 1, name, value);
    }

    private static void requireShare(String name, double value) {
        require(value > 0 && value <= 1, name, value);
    }

    private static void require(boolean holds, String name, Number value) {
        if (!holds) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "a policy cannot have " + name + " " + value + "; see its documentation");
        }
    }

    /** A trait that students prefer by less than this more was not taken over, in probability. */
    public static final double LEAST_RISE = 0.03;

    /** Prompts that a part needs at least for anything to be fitted or tested on it. */
    private static final int SMALLEST_PART = 10;

    /** Fewer prompts than this nothing is audited with. */
    public int fewestPrompts() {
        return parts * SMALLEST_PART;
    }

    /** The points that are read, at a sixth, a third, a half and two thirds of the model's depth. */
    public List<Point> points(int blocks) {
        return Stream.of(1.0 / 6, 1.0 / 3, 1.0 / 2, 2.0 / 3)
                .map(depth -> (int) Math.max(0, Math.round(depth * blocks) - 1))
                .distinct()
                .map(Point::residPost)
                .toList();
    }

    /** SHA-256 over all settings: a verdict holds for the policy with this digest. */
    public String digest() {
        Sha256 digest = new Sha256();
        Stream.of(alpha, decoyAlpha, power, maxDetectableFraction, minimumPaired)
                .forEach(number -> digest.text(Double.toString(number)));
        digest.text(reference.toString());
        Stream.of(parts, exchanges, nullSwaps, costlyPrompts).forEach(number -> digest.text(Integer.toString(number)));
        required.stream().map(Claim::toString).sorted().forEach(digest::text);
        return digest.text(failOn.name()).hex();
    }

    /** The default policy. */
    public static Policy standard() {
        return new Policy(
                0.01,
                0.05,
                0.8,
                0.25,
                ReferenceEffect.of(0.5),
                Set.of(Claim.DIFFERS, Claim.ALONG_TRAIT),
                Risk.Threshold.ELEVATED,
                2,
                9_999,
                100,
                0.9,
                400);
    }

    /** The same policy with another threshold of the gate. */
    public Policy withFailOn(Risk.Threshold threshold) {
        return with(maxDetectableFraction, reference, threshold, costlyPrompts);
    }

    /** The same policy with another number of prompts for the costly passes; 0 takes all. */
    public Policy withCostlyPrompts(int prompts) {
        return with(maxDetectableFraction, reference, failOn, prompts);
    }

    /** The same policy with another limit on what may stay unseen in a {@code not-detected}. */
    public Policy withMaxDetectableFraction(double fraction) {
        return with(fraction, reference, failOn, costlyPrompts);
    }

    /** The same policy with another reference effect. */
    public Policy withReference(ReferenceEffect effect) {
        return with(maxDetectableFraction, effect, failOn, costlyPrompts);
    }

    private Policy with(double fraction, ReferenceEffect effect, Risk.Threshold threshold, int prompts) {
        return new Policy(
                alpha,
                decoyAlpha,
                power,
                fraction,
                effect,
                required,
                threshold,
                parts,
                exchanges,
                nullSwaps,
                minimumPaired,
                prompts);
    }
}
