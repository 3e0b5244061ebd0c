package ai.auditor.probes.linear;

import ai.auditor.probes.linear.DatasetComparison.Design;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a comparison of datasets means and does not mean, in sentences. */
final class ComparisonNotes {
    /** Share of a dataset's prompts from which it is told that they took no part. */
    private static final double LEFT_OUT = 0.1;

    private ComparisonNotes() {}

    /** @param shortOfRows where rows are too few to take all of format and length off */
    static List<String> of(Design design, boolean sketched, Optional<String> shortOfRows) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "That datasets differ names no trait: another model, another decoding or another generation run is told apart as well. For each candidate"
                        + " \"auditor audit\" asks for traits. That they are not told apart clears nothing: no power was computed.");
        notes.add(
                "Every row was scored by what was fitted and chosen on rows of other prompts. Accuracy and AUROC are of those scores as they are, beside"
                        + " what format and length alone tell; p is of what format and length leave of them.");
        notes.add(
                "p against the rest: permutations of the rows of a prompt, family-wise over the datasets, from the hypothesis that all were made alike."
                        + " A dataset may stand out from the rest because one of the rest does; which ones differ is told by the pairs.");
        notes.add("p of a pair: exchanges of its two rows of a prompt, by Holm over all pairs.");
        notes.add(took(design));
        leftOut(design).ifPresent(notes::add);
        if (!design.groupedByPrompt()) {
            notes.add("Prompts are too few to group by: rows of one prompt counted as independent of each other.");
        }
        if (design.repeated() > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "Of %,d of %,d rows of each dataset another one has the same answer to the same prompt: these tell little.",
                    design.repeated(),
                    design.rows()));
        }
        if (sketched) {
            notes.add("Activations " + Sketch.TOLD + ".");
        }
        shortOfRows.map(text -> "Rows of a pair: " + text + ".").ifPresent(notes::add);
        return notes;
    }

    /** Which prompts are missing may tell generators and their filters apart, and cannot be seen on those that are shared. */
    private static Optional<String> leftOut(Design design) {
        List<Integer> all = design.promptsOfEach();
        return all.stream().allMatch(prompts -> prompts - design.prompts() < LEFT_OUT * prompts)
                ? Optional.empty()
                : Optional.of(IntStream.range(0, all.size())
                        .mapToObj(place -> String.format(
                                Locale.ROOT,
                                "%,d of %,d of dataset %d",
                                all.get(place) - design.prompts(),
                                all.get(place),
                                place))
                        .collect(Collectors.joining(
                                ", ",
                                "Prompts that are not answered by all took no part: ",
                                ". Which prompts a generator or a filter leaves out is not compared.")));
    }

    private static String took(Design design) {
        String taken = String.format(
                Locale.ROOT,
                "%,d rows of each dataset took part; %,d prompts are answered by all.",
                design.rows(),
                design.prompts());
        return design.rows() == design.sampledFrom()
                ? taken
                : taken
                        + String.format(
                                Locale.ROOT,
                                " They are a seeded sample of %,d %s, of %,d rows of each.",
                                design.groups(),
                                design.groupedByPrompt() ? "prompts" : "rows",
                                design.sampledFrom());
    }
}
