package ai.auditor.probes.likelihood;

import ai.auditor.AuditException;
import ai.auditor.capture.CapturePlan;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.stats.EProcess;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Watches data as they are made: for each trait the evidence that candidate rows gain more likelihood than control rows of the same prompts when its
 * steering vector is added, beyond what they gain under the other traits. It may be looked at after every batch, and stopped at an alarm, without
 * losing its level ({@link EProcess}); each trait has an equal share of it.
 *
 * <p>An alarm says that candidate and control are not exchangeable in this, which is the first half of {@code along-trait}; whether decoys move as much
 * only an audit tells. No alarm clears nothing.
 *
 * <pre>{@code
 * LikelihoodStream stream = new LikelihoodStream(0.01);
 * for (each batch of pairs) {
 *     stream.add(auditor.prepare(candidateRows, controlRows).study());
 *     if (stream.alarm().isPresent()) break;
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public final class LikelihoodStream {
    private final double alpha;
    private final LikelihoodProbe probe = new LikelihoodProbe();
    private final Map<String, EProcess> traits = new TreeMap<>();
    private int pairs;

    /**
     * Where a trait stands.
     *
     * @param evidence what a stake of 1 has become by betting on it
     * @param most the most that it ever was
     */
    public record Standing(String trait, double evidence, double most) {}

    /** @param alpha chance of any alarm, ever, where candidate and control are made alike: above 0 and below 1 */
    public LikelihoodStream(double alpha) {
        if (!(alpha > 0 && alpha < 1)) {
            throw new AuditException(AuditException.Code.USAGE, "the level is between 0 and 1, not " + alpha);
        }
        this.alpha = alpha;
    }

    /**
     * Takes one more batch of pairs.
     *
     * @param batch with the traits of the batches before
     * @throws AuditException {@code DATA} where its prompts are not matched, {@code USAGE} where it has other traits, or no vectors
     */
    public void add(Study batch) {
        if (!batch.paired()) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    "a stream takes pairs: each candidate row with a control row of the same prompt");
        }
        int[] rows = Contrasts.costly(batch);
        double[] plain = batch.capture("likelihood", rows, "", CapturePlan.likelihood(List.of()))
                .nll();
        Panel panel = probe.steered(batch, rows, plain);
        List<String> names = panel.traits().stream().map(Panel.Gain::name).toList();
        if (!panel.testable() || (pairs > 0 && !traits.keySet().equals(new TreeSet<>(names)))) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "a stream takes steering vectors of two traits or more, and the same in every batch");
        }
        boolean[] candidate = batch.candidate();
        List<double[]> scores = panel.scores();
        for (int trait = 0; trait < names.size(); trait++) {
            EProcess process = traits.computeIfAbsent(names.get(trait), name -> new EProcess());
            double[] score = scores.get(trait);
            for (int i = 0; i + 1 < rows.length; i += 2) {
                double difference = score[i] - score[i + 1];
                process.add(candidate[rows[i]] ? difference : -difference);
            }
        }
        pairs += rows.length / 2;
    }

    /** How many pairs were taken. */
    public int pairs() {
        return pairs;
    }

    /** What the evidence of a trait must reach for an alarm: the traits' number over the level. */
    public double needed() {
        return traits.size() / alpha;
    }

    /** Where all traits stand, the one with the most evidence first. */
    public List<Standing> standings() {
        return traits.entrySet().stream()
                .map(entry -> new Standing(
                        entry.getKey(),
                        entry.getValue().value(),
                        entry.getValue().largest()))
                .sorted(Comparator.comparingDouble((Standing one) -> -one.most())
                        .thenComparing(Standing::trait))
                .toList();
    }

    /** The trait whose evidence reached what is needed, at any time until now; the strongest of several. */
    public Optional<String> alarm() {
        return standings().stream()
                .filter(one -> one.most() >= needed())
                .map(Standing::trait)
                .findFirst();
    }
}
