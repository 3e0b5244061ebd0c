package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.Shuffle;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.direction.Direction;
import ai.auditor.model.Intervention;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Plants a trait's vector in the control's rows and asks the probes that it can reach for it, by the audit's tests. They are a family of their
 * own there, without the probes that it cannot reach, so that each has a larger share of the level than in the audit.
 */
final class SpikeInCheck {
    /**
     * Sizes in standard deviations of the control's rows along the vector: at the policy's largest unseen fraction of a quarter they move
     * the mean by a quarter and by a whole deviation. The first is told, the second has to be found.
     */
    private static final double[] SIZES = {1, 4};

    private final Policy policy;
    private final List<Probe> reached;
    private final List<Probe> notCovered;

    SpikeInCheck(Policy policy, List<Probe> probes) {
        // Detectable fractions of a shift of one standard deviation are shifts in that unit.
        this.policy = policy.toBuilder().reference(ReferenceEffect.of(1)).build();
        this.reached = probes.stream().filter(Probe::readsActivationsAlone).toList();
        this.notCovered =
                probes.stream().filter(probe -> !probe.readsActivationsAlone()).toList();
    }

    /** Empty where there are too few control rows, no vector, or no probe that it can reach. */
    Optional<SpikeIn> run(ModelStudy study, Progress progress) {
        boolean[] candidate = study.candidate();
        int[] control = IntStream.range(0, candidate.length)
                .filter(row -> !candidate[row])
                .toArray();
        List<Direction> directions = study.points().stream()
                .flatMap(point -> study.vectors().at(point).stream())
                .toList();
        if (control.length < 2 * policy.fewestPrompts() || directions.isEmpty() || reached.isEmpty()) {
            return Optional.empty();
        }
        SplittableRandom random = new SplittableRandom(study.seed("spike-in/choice"));
        Direction planted = directions.get(random.nextInt(directions.size()));
        int[] affected = affected(control, random);
        double deviation = deviation(study, planted, control);
        if (affected.length == 0 || !(deviation > 0)) {
            return Optional.empty();
        }
        List<SpikeIn.Trial> trials = new ArrayList<>();
        for (int i = 0; i < SIZES.length; i++) {
            AuditException.checkInterrupted();
            progress.report("spike-in", i, SIZES.length, "sizes");
            ActivationTable activations = planted(study, planted, SIZES[i] * deviation, control, affected);
            trials.addAll(trials(study.halved(control, activations, policy), planted.name(), SIZES[i]));
        }
        notCovered.forEach(probe -> trials.add(new SpikeIn.Trial(probe.name(), 0, SpikeIn.Outcome.NOT_COVERED)));
        return Optional.of(new SpikeIn.OfVector(
                planted.name(), planted.point().toString(), policy.maxDetectableFraction(), control.length, trials));
    }

    /** Places in {@code control} of the half that stands for a candidate (as {@link Comparison#halves(int[])} lays it out), so many. */
    private int[] affected(int[] control, SplittableRandom random) {
        int[] half = IntStream.range(0, control.length).filter(i -> i % 2 == 0).toArray();
        int wanted = (int) Math.round(policy.maxDetectableFraction() * half.length);
        Shuffle.head(half, 0, half.length, wanted, random);
        return Arrays.stream(half, 0, wanted).sorted().toArray();
    }

    private static double deviation(ModelStudy study, Direction planted, int[] control) {
        Matrix values = study.activations().activations(planted.point(), Pooling.COMPLETION_MEAN);
        double[] vector = Vectors.doubles(planted.vector());
        return Vectors.deviation(Arrays.stream(control)
                .mapToDouble(row -> values.dot(row, vector) / Vectors.norm(vector))
                .toArray());
    }

    private static ActivationTable planted(
            ModelStudy study, Direction planted, double length, int[] control, int[] affected) {
        ActivationTable changed = study.capture(
                "spike-in",
                Arrays.stream(affected).map(place -> control[place]).toArray(),
                "",
                new CapturePlan(
                        study.points(),
                        List.of(Pooling.COMPLETION_MEAN),
                        false,
                        false,
                        List.of(Intervention.Add.ofLength(
                                planted.point(), planted.vector(), length, Intervention.Positions.COMPLETION))));
        return study.activations().taking(control).with(affected, changed);
    }

    private List<SpikeIn.Trial> trials(ModelStudy study, String trait, double size) {
        List<Evidence> evidence =
                reached.stream().map(probe -> probe.examine(study)).toList();
        Judge judge = new Judge(policy);
        return new Findings(policy)
                .of(evidence).stream()
                        .map(finding -> new SpikeIn.Trial(
                                finding.evidence().probe(),
                                size,
                                SpikeIn.Outcome.of(judge, finding, trait, size * policy.maxDetectableFraction())))
                        .toList();
    }
}
