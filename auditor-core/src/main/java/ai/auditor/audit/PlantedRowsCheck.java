package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.Shuffle;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Puts rows of a known teacher in the place of rows of its own control, and asks all probes that compare rows for them, by the audit's
 * tests. Of the prompts half stand for a candidate and half for a control, so that no row is held against itself.
 *
 * @param trait of the teacher
 * @param pairs a row of the teacher, then a row of its control, of one prompt each
 */
record PlantedRowsCheck(Policy policy, List<Probe> probes, String trait, Comparison pairs) {
    private static final String STAGE = "spike-in of rows";

    PlantedRowsCheck {
        int there = pairs.rows().size() / 2;
        int needed = 2 * policy.fewestPrompts();
        if (there < needed) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the rows to plant: " + there
                            + " rows of the teacher have a row of its control of the same prompt, and " + needed
                            + " are needed");
        }
    }

    /** @param study of the audit, whose model, traits and vectors are asked */
    SpikeIn run(ModelStudy study, Progress progress) {
        double[] shares =
                DoubleStream.of(policy.maxDetectableFraction(), 1).distinct().toArray();
        int prompts = pairs.rows().size() / 2;
        int half = (prompts + 1) / 2;
        int[] order = order(half, study.seed(STAGE));
        List<SpikeIn.Trial> trials = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            progress.report(STAGE, i, shares.length, "sizes");
            long affected = Math.round(shares[i] * half);
            trials.addAll(trials(planted(study, place -> order[place] < affected), shares[i]));
        }
        probes.stream()
                .filter(probe -> !comparesRows(probe))
                .forEach(probe -> trials.add(new SpikeIn.Trial(probe.name(), 0, SpikeIn.Outcome.NOT_COVERED)));
        return new SpikeIn.OfRows(trait, policy.maxDetectableFraction(), prompts, trials);
    }

    /** Shadow students would have to be trained again for each size. */
    private static boolean comparesRows(Probe probe) {
        return probe.claim() != Claim.WOULD_TRANSFER;
    }

    /** In which order the places of a half get the teacher's rows. */
    private static int[] order(int half, long seed) {
        int[] order = IntStream.range(0, half).toArray();
        Shuffle.whole(order, new SplittableRandom(seed));
        return order;
    }

    /** @param teachers which places in the half that stands for a candidate have the teacher's row */
    private ModelStudy planted(ModelStudy study, IntPredicate teachers) {
        int[] taking = IntStream.range(0, pairs.rows().size() / 2)
                .map(pair -> 2 * pair + (pair % 2 == 0 && teachers.test(pair / 2) ? 0 : 1))
                .toArray();
        return study.laidOut(pairs.halves(taking), STAGE, policy);
    }

    /** Only where fractions are told of a labelled teacher's rows do they promise anything of such rows. */
    private List<SpikeIn.Trial> trials(ModelStudy study, double share) {
        List<Evidence> evidence = new ArrayList<>();
        for (Probe probe : probes) {
            if (comparesRows(probe)) {
                AuditException.checkInterrupted();
                evidence.add(probe.examine(study));
            }
        }
        double promised = policy.reference().labelled() ? share : 0;
        Judge judge = new Judge(policy);
        return new Findings(policy)
                .of(evidence).stream()
                        .map(finding -> new SpikeIn.Trial(
                                finding.evidence().probe(), share, SpikeIn.Outcome.of(judge, finding, trait, promised)))
                        .toList();
    }
}
