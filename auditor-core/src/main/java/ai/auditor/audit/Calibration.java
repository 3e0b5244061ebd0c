package ai.auditor.audit;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What an audit says of itself: the null of the pipeline, label swaps through everything, refitted, a planted signal, and what
 * control runs differ by.
 *
 * @param swaps how many
 * @param rejected share of swaps in which {@code differs} would have been detected
 * @param limit the share above which the null is bad: alpha plus three standard errors
 * @param kind how labels were swapped ("within pairs", "permuted within parts")
 * @param spreads of every fitted probe
 * @param smallestP the smallest p that the exchanges can reach
 * @param spikeIns signals planted in control rows: a vector in the control's own, where it could be, and rows of a teacher, where some were
 *     given
 * @param runs what the runs of the control differ by; empty with one run, and where prompts are not matched
 */
public record Calibration(
        int swaps,
        double rejected,
        double limit,
        String kind,
        List<Spread> spreads,
        double smallestP,
        List<SpikeIn> spikeIns,
        Optional<ControlRuns> runs) {
    public Calibration {
        spreads = List.copyOf(spreads);
        spikeIns = List.copyOf(spikeIns);
        Objects.requireNonNull(runs);
    }

    /** The same beside what the runs of the control differ by. */
    Calibration withRuns(Optional<ControlRuns> several) {
        return new Calibration(swaps, rejected, limit, kind, spreads, smallestP, spikeIns, several);
    }

    /** Whether the null rejects no more than it may. */
    public boolean good() {
        return rejected <= limit;
    }

    /** Whether a planted signal was missed that had to be found. */
    public boolean missedSpikeIn() {
        return spikeIns.stream().anyMatch(SpikeIn::missed);
    }

    /** How AUROC of a probe spreads under the null, if it was fitted there. */
    public Optional<Spread> spread(String probe) {
        return spreads.stream().filter(spread -> spread.probe().equals(probe)).findFirst();
    }

    /**
     * AUROC of one probe under the null.
     *
     * @param row AUROC a row in each swap, {@code [swaps]}
     * @param bagSize the size of bag told beside
     * @param bag AUROC a bag in each swap, {@code [swaps]}
     */
    public record Spread(String probe, double[] row, int bagSize, double[] bag) {}
}
