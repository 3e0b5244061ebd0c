package ai.auditor.probe;

import ai.auditor.stats.Estimate;
import ai.auditor.stats.Estimate.VarianceComponent;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Interval;
import ai.auditor.stats.SeedRates;
import ai.auditor.stats.Vectors;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one probe found; data only, no decision and no p-value.
 *
 * @param probe the probe's name
 * @param claim the claim that it bears on
 * @param effect the headline effect with its interval
 * @param contrasts the tested statistics: one for a fitted probe, one a trait and point for a signed probe
 * @param lifts of shadow students, how far their preferences rose; nothing of them can be tested by exchanges of labels
 * @param discrimination of a fitted probe, how well its held-out scores tell the classes apart
 * @param scores held-out score of each study row, {@code [rows]}, NaN where a row was not scored; of the contrast that the
 *     effect is told of
 * @param tables details
 * @param charts pictures
 * @param notes what a reader must know: rows left out, choices made inside the fitting part
 */
public record Evidence(
        String probe,
        Claim claim,
        Effect effect,
        List<Contrast> contrasts,
        Optional<Lifts> lifts,
        Optional<Discrimination> discrimination,
        double[] scores,
        List<Table> tables,
        List<Chart> charts,
        List<String> notes) {

    /**
     * An effect in words and numbers.
     *
     * @param measure what it is, with its unit ("gain in AUROC over format and length", "control sd a row along owl")
     */
    public record Effect(String measure, double value, Interval interval) {}

    /**
     * One tested statistic.
     *
     * @param name what is contrasted ("owl at resid_post.19"), or the probe's name
     * @param trait the trait that it is about, if any
     * @param statistics under the shared exchanges, one a split for a fitted probe, else one; greater means more trait
     * @param effect in control standard deviations a row, or in AUROC
     * @param decoys where the statistic stands among decoys, if it has any
     */
    public record Contrast(
            String name,
            Optional<String> trait,
            List<Exchanged> statistics,
            Effect effect,
            Optional<DecoyPlace> decoys) {
        public Contrast {
            statistics = List.copyOf(statistics);
        }

        /** What is asked of its trait ("at resid_post.2", "persona"): its name without the trait's. */
        public String kind() {
            return trait.map(asked -> asked + " ")
                    .filter(name::startsWith)
                    .map(asked -> name.substring(asked.length()))
                    .orElse(name);
        }

        /** The statistic that it is held against others by: the mean over its splits, as observed. */
        public double statistic() {
            return statistics.stream()
                    .mapToDouble(Exchanged::observed)
                    .average()
                    .orElseThrow();
        }
    }

    /**
     * The place of a value among the same value of decoys.
     *
     * @param measure what is compared ("cosine")
     * @param value the trait's
     * @param decoys the decoys'
     * @param placebos every placebo's, {@code [placebos]}; may be empty
     * @param slope how far the value moves where what it is read of shifts by one control standard deviation a row along the trait: what a
     *     detectable fraction is told by; 0 where none is told
     * @param error the value's own sampling error, in its units
     */
    public record DecoyPlace(
            String measure, double value, Decoys decoys, double[] placebos, double slope, double error) {}

    /**
     * What students of the candidate prefer beyond students of the control, that were trained alike.
     *
     * @param student how they were trained, by the recipe's name
     * @param power whether such students are known to take traits over
     * @param traits one a trait that was asked about
     */
    public record Lifts(String student, Power power, List<Lift> traits) {
        public Lifts {
            Objects.requireNonNull(student);
            Objects.requireNonNull(power);
            traits = List.copyOf(traits);
        }

        /** Whether students of this kind, and of this model, were measured to take a trait over from data that hold one. */
        public enum Power {
            /** They do, from every kind of teacher that was tried. */
            KNOWN,
            /** They were measured to miss traits. */
            POOR,
            /** They were not measured. */
            UNKNOWN
        }
    }

    /**
     * One trait in the answers of students.
     *
     * @param before its mean rate in the reference model
     * @param candidate rates of students of the candidate
     * @param control rates of students of the control
     * @param placebos mean rates of students of one half of the control minus those of the other half, one a halving, one or more: what
     *     students of data from one generator differ by
     */
    public record Lift(String trait, double before, SeedRates candidate, SeedRates control, double[] placebos) {
        /** Mean rate of the candidate's students minus that of the control's. */
        public double value() {
            return candidate.gain(control).value();
        }

        /**
         * {@link #value} with an interval over seeds, questions and rows, for this trait alone: what rows add is half the mean square of the
         * placebos, since students of two halves differ by four times the variance that a dataset has of its rows, two datasets by twice.
         */
        public Estimate rise() {
            double rows = Vectors.squaredNorm(placebos) / placebos.length / 2;
            return candidate.gain(control, List.of(new VarianceComponent(rows, placebos.length)));
        }

        /** What {@link #value} is, in words. */
        public String measure() {
            return "rise of the probability that a student names " + trait
                    + " as its favourite, over students of the control";
        }
    }

    /**
     * How held-out scores tell candidate from control; intervals are by a bootstrap over prompts.
     *
     * @param row AUROC a row
     * @param baseline AUROC a row of the format-and-length baseline, held out on the same rows
     * @param gain AUROC of baseline and probe together minus AUROC of the baseline, same learner
     * @param bags AUROC a bag against bag size
     * @param baselineBags the baseline's
     * @param pWithoutCopies p of the same scores where rows that repeat an answer are left out ({@link Study#copies}); empty where none do
     */
    public record Discrimination(
            Estimate row,
            Estimate baseline,
            Estimate gain,
            List<Bag> bags,
            List<Bag> baselineBags,
            OptionalDouble pWithoutCopies) {
        /** Rows a bag whose AUROC is also told under label swaps; with few rows, the largest bags below. */
        public static final int SPREAD_BAG = 16;

        public Discrimination {
            bags = List.copyOf(bags);
            baselineBags = List.copyOf(baselineBags);
            Objects.requireNonNull(pWithoutCopies);
        }

        /** Of rows none of which repeats an answer. */
        public Discrimination(Estimate row, Estimate baseline, Estimate gain, List<Bag> bags, List<Bag> baselineBags) {
            this(row, baseline, gain, bags, baselineBags, OptionalDouble.empty());
        }

        /**
         * AUROC of bags of equal size.
         *
         * @param size rows a bag
         */
        public record Bag(int size, double auroc, Interval interval) {}
    }

    /** Evidence without students. */
    public Evidence(
            String probe,
            Claim claim,
            Effect effect,
            List<Contrast> contrasts,
            Optional<Discrimination> discrimination,
            double[] scores,
            List<Table> tables,
            List<Chart> charts,
            List<String> notes) {
        this(probe, claim, effect, contrasts, Optional.empty(), discrimination, scores, tables, charts, notes);
    }

    public Evidence {
        Objects.requireNonNull(probe);
        contrasts = List.copyOf(contrasts);
        tables = List.copyOf(tables);
        charts = List.copyOf(charts);
        notes = List.copyOf(notes);
    }
}
