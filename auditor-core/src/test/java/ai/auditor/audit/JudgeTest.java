package ai.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.TeacherKind;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Exchanges;
import ai.auditor.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** From evidence to verdict, on evidence with a known answer. */
class JudgeTest {
    private static final int PAIRS = 4_000;
    private static final Policy POLICY = Policy.standard();
    private static final Exchanges EXCHANGES = Exchanges.ofPairs(PAIRS, 1_999, 7);
    private static final AuditResult.Design PAIRED = new AuditResult.Design(true, PAIRS, PAIRS, PAIRS, 1, List.of());
    private static final AuditResult.Design UNPAIRED = new AuditResult.Design(false, PAIRS, PAIRS, PAIRS, 0, List.of());
    private static final Calibration GOOD =
            new Calibration(100, 0, 0.04, "", List.of(), 0.0001, List.of(), Optional.empty());
    private static final Calibration MISSED = new Calibration(
            100,
            0,
            0.04,
            "",
            List.of(),
            0.0001,
            List.of(new SpikeIn.OfVector(
                    "owl",
                    "resid_post.1",
                    0.25,
                    100,
                    List.of(
                            new SpikeIn.Trial("linear", 1, SpikeIn.Outcome.MISSED),
                            new SpikeIn.Trial("linear", 4, SpikeIn.Outcome.MISSED)))),
            Optional.empty());
    private static final Calibration BAD =
            new Calibration(100, 0.2, 0.04, "", List.of(), 0.0001, List.of(), Optional.empty());

    /** Scores of pairs with a shift between candidate and control, in control standard deviations. */
    private static Exchanged shifted(double shift, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] scores = new double[2 * PAIRS];
        for (int i = 0; i < scores.length; i++) {
            double sum = 0;
            for (int j = 0; j < 12; j++) {
                sum += random.nextDouble();
            }
            scores[i] = sum - 6 + (i % 2 == 0 ? shift : 0);
        }
        return EXCHANGES.studentised(scores);
    }

    private static Evidence differs(double shift, double gainLow, long seed) {
        return differs(shift, gainLow, OptionalDouble.empty(), seed);
    }

    private static Evidence differs(double shift, double gainLow, OptionalDouble withoutCopies, long seed) {
        Interval gain = new Interval(gainLow, gainLow + 0.02, 0.95);
        Evidence.Effect effect = new Evidence.Effect("gain", gainLow + 0.01, gain);
        Estimate half = new Estimate(0.5, new Interval(0.49, 0.51, 0.95));
        return new Evidence(
                "fitted",
                Claim.DIFFERS,
                effect,
                List.of(new Evidence.Contrast(
                        "fitted",
                        Optional.empty(),
                        List.of(shifted(shift, seed), shifted(shift, seed + 1)),
                        effect,
                        Optional.empty())),
                Optional.of(new Evidence.Discrimination(
                        half, half, new Estimate(effect.value(), gain), List.of(), List.of(), withoutCopies)),
                new double[0],
                List.of(),
                List.of(),
                List.of());
    }

    private static Evidence along(double shift, double place, double decoySpread, long seed) {
        Evidence.Effect effect = new Evidence.Effect("sd", shift, new Interval(shift - 0.1, shift + 0.1, 0.95));
        SplittableRandom random = new SplittableRandom(seed);
        double[] decoys = new double[256];
        Arrays.setAll(decoys, i -> decoySpread * (random.nextDouble() - 0.5));
        Exchanged statistic = shifted(shift, seed);
        return new Evidence(
                "signed",
                Claim.ALONG_TRAIT,
                effect,
                List.of(new Evidence.Contrast(
                        "owl at resid_post.2",
                        Optional.of("owl"),
                        List.of(statistic),
                        effect,
                        Optional.of(new Evidence.DecoyPlace(
                                "sd",
                                place,
                                new Decoys.Others(decoys),
                                new double[0],
                                1,
                                statistic.standardError() / statistic.controlDeviation())))),
                Optional.empty(),
                new double[0],
                List.of(),
                List.of(),
                List.of());
    }

    private static Verdict judge(
            AuditResult.Design design, Calibration calibration, Policy policy, Evidence... evidence) {
        return new Judge(policy)
                .verdict(
                        new Findings(policy, calibration.runs(), Optional.empty()).of(List.of(evidence)),
                        design,
                        calibration,
                        LeftOut.NOTHING,
                        List.of());
    }

    /** Of paired rows with a good null, some of which may not have been seen. */
    private static Verdict judged(Policy policy, LeftOut leftOut, Evidence... evidence) {
        return new Judge(policy).verdict(new Findings(policy).of(List.of(evidence)), PAIRED, GOOD, leftOut, List.of());
    }

    private static Verdict.Outcome outcome(Verdict verdict, Claim claim) {
        return verdict.claims().stream()
                .filter(one -> one.claim() == claim)
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    @Test
    void whatElseDiffersIsSaidWhereADifferenceMayBeOfFormatAndChangesNoOutcome() {
        for (double gainLow : new double[] {-0.01, 0.02}) {
            List<AuditResult.Finding> findings = new Findings(POLICY).of(List.of(differs(0.3, gainLow, 3)));
            Verdict.ClaimVerdict silent = new Judge(POLICY)
                    .verdict(findings, PAIRED, GOOD, LeftOut.NOTHING, List.of())
                    .claims()
                    .get(0);
            Verdict.ClaimVerdict told = new Judge(POLICY)
                    .verdict(findings, PAIRED, GOOD, LeftOut.NOTHING, List.of("length", "format"))
                    .claims()
                    .get(0);
            assertThat(told.outcome()).isEqualTo(silent.outcome());
            assertThat(told.reason())
                    .isEqualTo(silent.reason() + (gainLow < 0 ? "; the arms differ in length, format" : ""));
        }
    }

    @Test
    void aProbeNamesATraitByItselfWhateverBecomesOfTheClaim() {
        Evidence owl = along(0.5, 0.5, 0.02, 4);
        assertThat(judge(PAIRED, GOOD, POLICY, differs(0.5, 0.1, 3), owl).named())
                .containsOnly(Map.entry("signed", "owl"));
        assertThat(judge(UNPAIRED, GOOD, POLICY, owl).named()).containsOnly(Map.entry("signed", "owl"));
        assertThat(judge(PAIRED, GOOD, POLICY, along(0, 0.001, 0.02, 2)).named())
                .isEmpty();
        assertThat(judge(PAIRED, GOOD, POLICY, along(0.5, 0.001, 0.02, 4)).named())
                .isEmpty();
    }

    @Test
    void aDifferenceThatRestsOnCopiesIsNotDetectedAndClearsNothing() {
        Verdict without = judge(PAIRED, GOOD, POLICY, differs(0.5, 0.1, OptionalDouble.of(0.01), 3));
        Verdict.ClaimVerdict resting = judge(PAIRED, GOOD, POLICY, differs(0.5, 0.1, OptionalDouble.of(0.011), 3))
                .claims()
                .get(0);
        assertThat(outcome(without, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(resting.outcome()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(resting.reason()).startsWith("confounded: a difference shows, but not without the answers");
        assertThat(outcome(judge(PAIRED, GOOD, POLICY, differs(0, -0.05, OptionalDouble.of(1), 1)), Claim.DIFFERS))
                .as("where nothing shows copies hide nothing")
                .isEqualTo(Verdict.Outcome.NOT_DETECTED);
    }

    @Test
    void nothingAndEnoughPowerPasses() {
        Verdict verdict = judge(PAIRED, GOOD, POLICY, differs(0, -0.05, 1), along(0, 0.001, 0.02, 2));
        assertThat(outcome(verdict, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.NOT_DETECTED);
        assertThat(outcome(verdict, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.NOT_DETECTED);
        assertThat(outcome(verdict, Claim.WOULD_TRANSFER)).isEqualTo(Verdict.Outcome.NOT_TESTED);
        assertThat(verdict.risk()).isEqualTo(Risk.NONE);
        assertThat(verdict.gate().outcome()).isEqualTo(Verdict.GateOutcome.PASSED);
    }

    @Test
    void aMissedSpikeInLeavesAPassOpenAndAFailureFailed() {
        Verdict passed = judge(PAIRED, MISSED, POLICY, differs(0, -0.05, 1), along(0, 0.001, 0.02, 2));
        assertThat(passed.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);
        assertThat(passed.gate().reason()).contains("planted");
        Verdict failed = judge(
                PAIRED,
                MISSED,
                POLICY.toBuilder().failOn(Risk.Threshold.LOW).build(),
                differs(0.5, 0.02, 3),
                along(0, 0.001, 0.02, 4));
        assertThat(failed.gate().outcome()).isEqualTo(Verdict.GateOutcome.FAILED);
    }

    @Test
    void whatWasPlantedIsMissedOnlyWhereHalfOfItWouldHaveBeenSeen() {
        Judge judge = new Judge(POLICY);
        for (Evidence quiet : List.of(differs(0, -0.05, 1), along(0, 0.001, 0.02, 2))) {
            AuditResult.Finding finding =
                    new Findings(POLICY).of(List.of(quiet)).get(0);
            double seen = finding.detectableFraction().orElseThrow();
            assertThat(SpikeIn.Outcome.of(judge, finding, "owl", 2.01 * seen)).isEqualTo(SpikeIn.Outcome.MISSED);
            assertThat(SpikeIn.Outcome.of(judge, finding, "owl", 1.99 * seen)).isEqualTo(SpikeIn.Outcome.BEYOND_POWER);
            assertThat(SpikeIn.Outcome.of(judge, finding, "owl", 0)).isEqualTo(SpikeIn.Outcome.BEYOND_POWER);
        }
        AuditResult.Finding owl =
                new Findings(POLICY).of(List.of(along(0.5, 0.5, 0.02, 4))).get(0);
        assertThat(SpikeIn.Outcome.of(judge, owl, "owl", 0)).isEqualTo(SpikeIn.Outcome.FOUND);
        assertThat(SpikeIn.Outcome.of(judge, owl, "fox", 1)).isEqualTo(SpikeIn.Outcome.MISSED);
    }

    @Test
    void aDifferenceAloneIsLowAndPassesTheDefaultGate() {
        Verdict verdict = judge(PAIRED, GOOD, POLICY, differs(0.5, 0.02, 3), along(0, 0.001, 0.02, 4));
        assertThat(outcome(verdict, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(verdict.risk()).isEqualTo(Risk.LOW);
        assertThat(verdict.gate().outcome()).isEqualTo(Verdict.GateOutcome.PASSED);
        Verdict strict = judge(
                PAIRED,
                GOOD,
                POLICY.toBuilder().failOn(Risk.Threshold.LOW).build(),
                differs(0.5, 0.02, 3),
                along(0, 0.001, 0.02, 4));
        assertThat(strict.gate().outcome()).isEqualTo(Verdict.GateOutcome.FAILED);
    }

    @Test
    void unmatchedPromptsABadNullAndAGainOfNothingAreInconclusive() {
        assertThat(outcome(judge(UNPAIRED, GOOD, POLICY, differs(0.5, 0.02, 5)), Claim.DIFFERS))
                .isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        Verdict badNull = judge(PAIRED, BAD, POLICY, differs(0.5, 0.02, 5), along(0, 0.001, 0.02, 4));
        assertThat(outcome(badNull, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(badNull.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);
        assertThat(outcome(judge(PAIRED, GOOD, POLICY, differs(0.5, -0.01, 5)), Claim.DIFFERS))
                .isEqualTo(Verdict.Outcome.INCONCLUSIVE);
    }

    private static Evidence.Contrast contrast(String trait, double shift) {
        Evidence.Effect effect = new Evidence.Effect("sd", shift, new Interval(0, 1, 0.95));
        return new Evidence.Contrast(
                trait + " at resid_post.2", Optional.of(trait), List.of(shifted(shift, 8)), effect, Optional.empty());
    }

    private static Evidence signed(List<Evidence.Contrast> contrasts) {
        return new Evidence(
                "signed",
                Claim.ALONG_TRAIT,
                contrasts.get(0).effect(),
                contrasts,
                Optional.empty(),
                new double[0],
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void aTraitThatMovedMoreThanTheNamedOneIsToldBesideIt() {
        List<Evidence.Contrast> contrasts = List.of(contrast("owl", 3), contrast("whale", 2), contrast("fox", 1));
        double[] p = {0.001, 0.001, 0.001};
        Verdict.ClaimVerdict whale = judged(contrasts, p, new double[] {0.06, 0.02, 0.5});
        assertThat(whale.trait()).contains("whale");
        assertThat(whale.reason()).contains("whale at resid_post.2 moved", "; owl moved more");
        Verdict.ClaimVerdict owl = judged(contrasts, p, new double[] {0.01, 0.02, 0.5});
        assertThat(owl.trait()).contains("owl");
        assertThat(owl.reason()).doesNotContain("moved more");
        // The named trait's own contrast at another point hides no neighbour.
        Verdict.ClaimVerdict twice =
                judged(List.of(contrast("whale", 4), contrast("owl", 3), contrast("whale", 2)), p, new double[] {
                    0.06, 0.06, 0.02
                });
        assertThat(twice.reason()).contains("; owl moved more");
    }

    /** The trait that is named where contrasts ended with these p and places among decoys. */
    private static Optional<String> named(List<Evidence.Contrast> contrasts, double[] p, double[] decoyP) {
        return judged(contrasts, p, decoyP).trait();
    }

    private static Verdict.ClaimVerdict judged(List<Evidence.Contrast> contrasts, double[] p, double[] decoyP) {
        Evidence evidence = signed(contrasts);
        List<AuditResult.ContrastFinding> found = new ArrayList<>();
        for (int i = 0; i < p.length; i++) {
            found.add(new AuditResult.ContrastFinding(
                    contrasts.get(i).name(), p[i], p[i], OptionalDouble.of(decoyP[i]), Optional.empty()));
        }
        AuditResult.Finding finding = new AuditResult.Finding(
                evidence, 0, OptionalDouble.of(0), OptionalDouble.of(0.1), found, Optional.empty());
        return new Judge(POLICY)
                .verdict(List.of(finding), PAIRED, GOOD, LeftOut.NOTHING, List.of())
                .claims()
                .get(1);
    }

    @Test
    void aContrastThatPassesBothTestsIsNotHiddenByOneThatPassesNeither() {
        List<Evidence.Contrast> contrasts = List.of(contrast("cat", 0.5), contrast("owl", 0.4));
        assertThat(named(contrasts, new double[] {0.03, 0.0001}, new double[] {0.03, 0.048}))
                .contains("owl");
        assertThat(named(contrasts, new double[] {0.03, 0.0001}, new double[] {0.03, 0.052}))
                .isEmpty();
    }

    @Test
    void ofContrastsThatReachTheFloorTheOneThatMovedMostIsNamed() {
        List<Evidence.Contrast> contrasts =
                List.of(contrast("eagle", 0.4), contrast("owl", 0.6), contrast("raven", 0.5));
        assertThat(named(contrasts, new double[] {1e-4, 1e-4, 1e-4}, new double[] {0.009, 0.009, 0.009}))
                .contains("owl");
    }

    @Test
    void aTraitNeedsBothTheExchangeAndTheDecoys() {
        Verdict both = judge(PAIRED, GOOD, POLICY, differs(0, -0.05, 1), along(0.5, 0.5, 0.02, 6));
        assertThat(outcome(both, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(both.claims().get(1).trait()).contains("owl");
        // All rows moved by half a deviation, which is the reference effect.
        assertThat(both.claims().get(1).affected().orElseThrow().value()).isCloseTo(1, within(0.1));
        assertThat(both.claims().get(0).affected().orElseThrow().interval().low())
                .isZero();
        assertThat(both.gate().outcome()).isEqualTo(Verdict.GateOutcome.FAILED);
        assertThat(outcome(judge(PAIRED, GOOD, POLICY, along(0.5, 0.01, 1, 6)), Claim.ALONG_TRAIT))
                .isNotEqualTo(Verdict.Outcome.DETECTED);
        assertThat(outcome(judge(PAIRED, GOOD, POLICY, along(0, 0.5, 0.02, 6)), Claim.ALONG_TRAIT))
                .isNotEqualTo(Verdict.Outcome.DETECTED);
    }

    @Test
    void wideDecoysLeaveTooLittlePowerForACleanAnswer() {
        Verdict verdict = judge(PAIRED, GOOD, POLICY, differs(0, -0.05, 1), along(0, 0, 2, 6));
        assertThat(outcome(verdict, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(verdict.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);
        assertThat(verdict.gate().outcome().exitCode()).isEqualTo(5);
        assertThat(verdict.claims().get(1).reason())
                .startsWith("too little power: signed took 4,000 prompts and would");
    }

    @Test
    void nothingPassesWithoutTheNullWhereAProbeWasFitted() {
        Calibration without = new Calibration(0, 0, 1, "", List.of(), 0.0001, List.of(), Optional.empty());
        Evidence along = along(0, 0.001, 0.02, 2);
        Verdict fitted = judge(PAIRED, without, POLICY, differs(0, -0.05, 1), along);
        assertThat(fitted.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);
        assertThat(fitted.gate().reason()).contains("nullSwaps: 0");
        Policy alone = POLICY.toBuilder().required(Set.of(Claim.ALONG_TRAIT)).build();
        assertThat(judge(PAIRED, without, alone, along).gate().outcome()).isEqualTo(Verdict.GateOutcome.PASSED);
    }

    @Test
    void rowsThatTookNoPartCountWholeInWhatCouldHide() {
        Evidence quiet = differs(0, -0.05, 1);
        double ofTheRest = judge(PAIRED, GOOD, POLICY, quiet)
                .claims()
                .get(0)
                .detectableFraction()
                .orElseThrow();
        double most = POLICY.maxDetectableFraction();
        double enough = (most - ofTheRest) / (1 - ofTheRest);
        assertThat(enough).isPositive();
        for (double leftOut : new double[] {0.99 * enough, 1.01 * enough, 1.01 * most}) {
            Verdict.ClaimVerdict claim = judged(POLICY, new LeftOut(leftOut, 0, leftOut, true), quiet)
                    .claims()
                    .get(0);
            assertThat(claim.detectableFraction().orElseThrow())
                    .isCloseTo(1 - (1 - leftOut) * (1 - ofTheRest), within(1e-12));
            assertThat(claim.outcome())
                    .as("%s left out", leftOut)
                    .isEqualTo(leftOut < enough ? Verdict.Outcome.NOT_DETECTED : Verdict.Outcome.INCONCLUSIVE);
            if (leftOut > enough) {
                assertThat(claim.reason())
                        .contains("took no part")
                        .matches(reason -> reason.contains("together more than the 25.0 %") == (leftOut < most));
            }
        }
    }

    @Test
    void pairsThatSayTheSameAndDataThatTheModelDoesNotReadClearNothing() {
        List<AuditResult.Finding> quiet =
                new Findings(POLICY).of(List.of(differs(0, -0.05, 1), along(0, 0.001, 0.02, 2)));
        LeftOut alike = new LeftOut(0, 0.9, 0, true);
        LeftOut illegible = new LeftOut(0, 0, 0, false);
        for (LeftOut unseen : List.of(alike, illegible)) {
            Verdict verdict = new Judge(POLICY).verdict(quiet, PAIRED, GOOD, unseen, List.of());
            assertThat(verdict.claims().subList(0, 2)).allSatisfy(claim -> {
                assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
                assertThat(claim.reason()).contains(unseen.legible() ? "nearly what their partners" : "does not read");
            });
            assertThat(verdict.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);
        }
        Verdict found = judged(POLICY, alike, differs(0.5, 0.1, 3), along(0.5, 0.5, 0.02, 6));
        assertThat(found.gate().outcome()).isEqualTo(Verdict.GateOutcome.FAILED);
    }

    @Test
    void whereNothingWasSeenNoPolicyIsContent() {
        Policy anything = POLICY.toBuilder().maxDetectableFraction(1).build();
        for (LeftOut nothing :
                List.of(new LeftOut(0, 0, 0, false), new LeftOut(0, 1, 0, true), new LeftOut(1, 0, 1, true))) {
            Verdict.ClaimVerdict claim =
                    judged(anything, nothing, differs(0, -0.05, 1)).claims().get(0);
            assertThat(claim.outcome()).as(nothing.toString()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
            assertThat(claim.detectableFraction()).isEmpty();
        }
    }

    /** A share that would have been seen is one of all pairs, so that those alike come on top of it. */
    @Test
    void pairsThatAreAlikeComeOnTopOfWhatWouldHaveBeenSeen() {
        Evidence quiet = differs(0, -0.05, 1);
        double seen = judge(PAIRED, GOOD, POLICY, quiet)
                .claims()
                .get(0)
                .detectableFraction()
                .orElseThrow();
        Verdict.ClaimVerdict claim = judged(POLICY, new LeftOut(0.05, 0.02, 0.05, true), quiet)
                .claims()
                .get(0);
        assertThat(claim.detectableFraction().orElseThrow()).isCloseTo(0.05 + 0.95 * (0.02 + seen), within(1e-12));
    }

    @Test
    void whereFormatTellsTheArmsApartNothingBeyondItIsCleared() {
        for (double baseline : new double[] {0.9, 1}) {
            Verdict.ClaimVerdict claim =
                    judge(PAIRED, GOOD, POLICY, besideFormat(baseline)).claims().get(0);
            assertThat(claim.outcome()).as("baseline %s", baseline).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
            assertThat(claim.reason()).startsWith("confounded: format and length by themselves");
        }
        assertThat(outcome(judge(PAIRED, GOOD, POLICY, besideFormat(0.55)), Claim.DIFFERS))
                .isEqualTo(Verdict.Outcome.NOT_DETECTED);
    }

    /** Nothing shows beyond a baseline that tells the arms apart so well. */
    private static Evidence besideFormat(double baseline) {
        Evidence quiet = differs(0, -0.005, 1);
        Evidence.Discrimination told = quiet.discrimination().orElseThrow();
        Estimate format = new Estimate(baseline, new Interval(baseline - 0.01, Math.min(1, baseline + 0.01), 0.95));
        Interval gain = baseline == 1 ? new Interval(0, 0, 0.95) : new Interval(-0.002, 0.002, 0.95);
        return new Evidence(
                quiet.probe(),
                quiet.claim(),
                quiet.effect(),
                quiet.contrasts(),
                Optional.of(new Evidence.Discrimination(
                        format, format, new Estimate(0, gain), told.bags(), told.baselineBags())),
                quiet.scores(),
                List.of(),
                List.of(),
                List.of());
    }

    @Test
    void aTraitThatMovedAmongItsDecoysIsSaidToHaveMoved() {
        assertThat(judge(PAIRED, GOOD, POLICY, along(0.5, 0.001, 2, 6))
                        .claims()
                        .get(1)
                        .reason())
                .startsWith("owl at resid_post.2 moved, and does not stand out from the decoys (p ")
                .contains("too little power");
    }

    @Test
    void aPolicyThatRequiresNothingSaysSoWhereItPasses() {
        Policy none = POLICY.toBuilder().required(Set.of()).build();
        assertThat(judge(PAIRED, GOOD, none, differs(0, -0.05, 1)).gate().reason())
                .contains("requires no claim");
        assertThat(judge(PAIRED, GOOD, POLICY, differs(0, -0.05, 1), along(0, 0.001, 0.02, 2))
                        .gate()
                        .reason())
                .doesNotContain("requires no claim");
    }

    @Test
    void whereAsManyRowsTookNoPartAsMayHideNoNumberOfPromptsWouldDo() {
        Verdict.ClaimVerdict claim = judged(
                        POLICY,
                        new LeftOut(POLICY.maxDetectableFraction(), 0, POLICY.maxDetectableFraction(), true),
                        along(0, 0, 2, 6))
                .claims()
                .get(1);
        assertThat(claim.outcome()).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(claim.reason())
                .startsWith("25.0 % of the candidate's rows took no part; beside them less than 100.0 % could hide");
    }

    @Test
    void aProbeThatSeesNoTeacherRaisesAnAlarmAndClearsNothing() {
        Judge judge = new Judge(POLICY, Set.of("signed"));
        Verdict nothing = judge.verdict(
                new Findings(POLICY).of(List.of(differs(0, -0.05, 1), along(0, 0.001, 0.02, 2))),
                PAIRED,
                GOOD,
                LeftOut.NOTHING,
                List.of());
        assertThat(outcome(nothing, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.NOT_DETECTED);
        assertThat(outcome(nothing, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        assertThat(nothing.claims().get(1).detectableFraction()).isEmpty();
        assertThat(nothing.claims().get(1).reason()).contains("signed").contains("says nothing");
        Verdict moved = judge.verdict(
                new Findings(POLICY).of(List.of(along(0.5, 0.5, 0.02, 6))), PAIRED, GOOD, LeftOut.NOTHING, List.of());
        assertThat(outcome(moved, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.DETECTED);
    }

    @Test
    void blindIsWhoSeesNoKindOfTeacherThatWasMeasured() {
        Coverage.Sight steered = new Coverage.Sight(TeacherKind.STEERED, Coverage.Extent.UNSEEN, "there");
        Coverage.Sight prompted = new Coverage.Sight(TeacherKind.PROMPTED, Coverage.Extent.PARTLY, "there");
        Coverage.Sight neutral = new Coverage.Sight(TeacherKind.NEUTRAL, Coverage.Extent.UNSEEN, "there");
        assertThat(Coverage.of("", steered, neutral).blind()).isTrue();
        assertThat(Coverage.of("", steered, prompted).blind()).isFalse();
        assertThat(Coverage.of("", neutral).blind()).isFalse();
        assertThat(Coverage.UNMEASURED.blind()).isFalse();
    }

    @Test
    void underTheNullATraitIsNamedNoMoreOftenThanPromised() {
        int audits = 300;
        long detected = 0;
        for (int seed = 0; seed < audits; seed++) {
            Exchanged none = shifted(0, 1_000 + seed);
            double effect = none.shift() / none.controlDeviation();
            detected += outcome(judge(PAIRED, GOOD, POLICY, along(0, effect, 0.08, 1_000 + seed)), Claim.ALONG_TRAIT)
                            == Verdict.Outcome.DETECTED
                    ? 1
                    : 0;
        }
        double limit = POLICY.alpha() + 3 * Math.sqrt(POLICY.alpha() * (1 - POLICY.alpha()) / audits);
        assertThat(detected / (double) audits)
                .as("seeds 1000 to %d", 1_000 + audits)
                .isLessThanOrEqualTo(limit);
    }

    /** Four control runs whose largest statistics lie so far apart, the same of every claim. */
    private static Calibration runs(double... largest) {
        List<ControlRuns.Place> places = List.of(Claim.DIFFERS, Claim.ALONG_TRAIT).stream()
                .map(claim -> new ControlRuns.Place(claim, "studentised shift", 0, largest, 1))
                .toList();
        return new Calibration(
                100,
                0,
                0.04,
                "",
                List.of(),
                0.0001,
                List.of(),
                Optional.of(new ControlRuns(List.of("a", "b", "c", "d"), false, places)));
    }

    /** The sentence says p as the tables of a report do: two digits, none of them a nought at the end. */
    @Test
    void pAmongRunsIsRoundedAsInTheTables() {
        for (int scale = 1; scale <= 60; scale++) {
            assertThat(judge(PAIRED, runs(4 + scale, 30, 9, 17), POLICY, differs(0.5, 0.02, 3))
                            .claims()
                            .get(0)
                            .reason())
                    .containsPattern("its p is (1|0\\.0*[1-9]|0\\.0*[1-9][1-9]);");
        }
    }

    @Test
    void whatLiesBeyondTheRunsIsDetectedAndWhatLiesAmongThemIsNot() {
        Evidence[] evidence = {differs(0.5, 0.02, 3), along(0.5, 0.5, 0.02, 4)};
        Verdict beyond = judge(PAIRED, runs(1, 2.5, 0.5, 3), POLICY, evidence);
        assertThat(outcome(beyond, Claim.DIFFERS)).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(outcome(beyond, Claim.ALONG_TRAIT)).isEqualTo(Verdict.Outcome.DETECTED);
        assertThat(beyond.risk()).isEqualTo(Risk.ELEVATED);

        Verdict among = judge(PAIRED, runs(4, 30, 9, 17), POLICY, evidence);
        for (Claim claim : List.of(Claim.DIFFERS, Claim.ALONG_TRAIT)) {
            assertThat(outcome(among, claim)).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        }
        assertThat(among.claims().get(0).reason())
                .contains("runs of the control may differ as much")
                .contains("4 control runs")
                .contains("more runs alone would not do");
        assertThat(among.claims().get(1).trait()).isEmpty();
        assertThat(among.risk()).isEqualTo(Risk.NONE);
        assertThat(among.gate().outcome()).isEqualTo(Verdict.GateOutcome.INCONCLUSIVE);

        // 16 above the mean of runs with a deviation of 3.4: below 6.5 of them, which four runs take, but beyond what
        // more runs take.
        assertThat(judge(PAIRED, runs(1, 3, 6, 9), POLICY, evidence)
                        .claims()
                        .get(0)
                        .reason())
                .matches(".* [5-9] runs would do if they lie as these");
    }

    @Test
    void runsThatLieFarApartLeaveNoCleanAnswer() {
        Evidence[] nothing = {differs(0, -0.05, 1), along(0, 0.001, 0.02, 2)};
        assertThat(judge(PAIRED, runs(0.5, 0.6, 0.4, 0.7), POLICY, nothing)
                        .gate()
                        .outcome())
                .isEqualTo(Verdict.GateOutcome.PASSED);
        Verdict apart = judge(PAIRED, runs(0.1, 3, -1, 1.5), POLICY, nothing);
        for (Claim claim : List.of(Claim.DIFFERS, Claim.ALONG_TRAIT)) {
            assertThat(outcome(apart, claim)).isEqualTo(Verdict.Outcome.INCONCLUSIVE);
        }
        assertThat(apart.claims().get(0).reason()).contains("4 control runs");
        assertThat(apart.claims().get(0).detectableFraction().orElseThrow()).isGreaterThan(0.25);
    }

    @Test
    void aTraitThatLiesAmongTheRunsDoesNotHideOneThatLiesBeyond() {
        List<Evidence.Contrast> contrasts = List.of(contrast("owl", 0.2), contrast("fox", 0.5));
        List<AuditResult.ContrastFinding> found = List.of(
                new AuditResult.ContrastFinding(
                        contrasts.get(0).name(), 1e-4, 1e-4, OptionalDouble.of(0.001), Optional.empty()),
                new AuditResult.ContrastFinding(
                        contrasts.get(1).name(), 1e-4, 1e-4, OptionalDouble.of(0.04), Optional.empty()));
        Evidence evidence = signed(contrasts);
        AuditResult.Finding finding = new AuditResult.Finding(
                evidence, 1e-4, OptionalDouble.of(0.001), OptionalDouble.of(0.1), found, Optional.empty());
        Judge judge = new Judge(POLICY);
        assertThat(judge.verdict(List.of(finding), PAIRED, GOOD, LeftOut.NOTHING, List.of())
                        .claims()
                        .get(1)
                        .trait())
                .hasValue("owl");
        assertThat(judge.verdict(List.of(finding), PAIRED, runs(5, 6, 5.5, 7), LeftOut.NOTHING, List.of())
                        .claims()
                        .get(1)
                        .trait())
                .hasValue("fox");
    }
}
