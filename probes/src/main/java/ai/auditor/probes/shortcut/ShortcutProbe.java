package ai.auditor.probes.shortcut;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.FittedEvidence;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Learner;
import ai.auditor.probes.internal.Selection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What digits and first-order statistics tell beyond format and length, without any language model.
 *
 * <p>Logistic regression or boosted trees, whichever is stronger inside the fitting part. What is tested is the held-out score
 * with everything taken out of it that format and length predict.
 */
public final class ShortcutProbe implements Probe {
    private static final int LISTED = 10;

    @Override
    public String name() {
        return "shortcut";
    }

    @Override
    public Claim claim() {
        return Claim.DIFFERS;
    }

    @Override
    public boolean fitted() {
        return true;
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "answers chosen or reworded until digits, words and their order have the control's frequencies",
                new Sight(
                        TeacherKind.PROMPTED,
                        Extent.PARTLY,
                        "organism, 1,100 prompts, every row the teacher's: 2 of 3 told apart (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.PARTLY,
                        "organism, 1,100 prompts, every row the teacher's: 1 of 3 told apart (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.PARTLY,
                        "organism, by this probe or linear: 37 of 40 told apart with 400 pairs, every row the teacher's (docs/results.md, scoreboard); 8 of 16 with 1,000, a tenth of the rows to all (labelled set)"),
                new Sight(
                        TeacherKind.NEUTRAL,
                        Extent.PARTLY,
                        "organism, by this probe or linear: neutral training 0 of 60 told apart with 200 pairs, 1 of 1 with 3,462; with 200 another persona 59 of 60 (docs/results.md, scoreboard)"),
                new Sight(
                        TeacherKind.OTHER_BASE,
                        Extent.SEEN,
                        "Qwen2.5 14B's eagle rows read by SmolLM2 135M, 1,500 pairs: AUROC a row 0.609 where format and length give 0.540 (docs/results.md, eagle against neutral)"),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        FormatBaseline baseline = FormatBaseline.of(study);
        FeatureTable features = FeatureTable.everything(study);
        Selection selection = new Selection(study, features.values());
        List<Learner> learners = selection.strongest(Learner.ALL);
        HeldOut everything = selection.heldOut(learners);
        HeldOut format = baseline.heldOut(learners);
        double[] beyond = baseline.beyond(everything.scores(), format);
        return new FittedEvidence(study, everything.scores(), format.scores(), everything.scores(), beyond)
                .of(
                        this,
                        study.statisticsOnly() ? List.of() : List.of(alone(study, features)),
                        notes(features, everything, baseline));
    }

    /** The features that tell most by themselves; they describe, they are not tested. */
    private static Table alone(Study study, FeatureTable features) {
        int[] rows = Labels.all(study.rows().size());
        record Single(String name, double auroc) {}
        List<Single> singles = IntStream.range(0, features.names().size())
                .mapToObj(j -> new Single(
                        features.names().get(j),
                        Labels.auroc(
                                study,
                                rows,
                                IntStream.of(rows)
                                        .mapToDouble(row -> features.values()[row][j])
                                        .toArray())))
                .sorted(Comparator.comparingDouble((Single single) -> -Math.abs(single.auroc - 0.5))
                        .thenComparing(Single::name))
                .limit(LISTED)
                .toList();
        return new Table(
                "Features that tell most by themselves (not tested)",
                List.of("feature", "AUROC a row"),
                singles.stream()
                        .map(single -> List.of(single.name, String.format(Locale.ROOT, "%.3f", single.auroc)))
                        .toList());
    }

    private static List<String> notes(FeatureTable features, HeldOut scores, FormatBaseline baseline) {
        List<String> notes = new ArrayList<>();
        notes.add(features.names().size() + " features vary; the baseline has those of format and length alone");
        for (int s = 0; s < scores.chosen().size(); s++) {
            notes.add("part " + s + " was scored by " + scores.chosen().get(s) + ", chosen inside the other parts");
        }
        notes.add(
                "tested: the held-out score minus what format and length predict of it, part by part, without labels");
        baseline.shortOfRows().ifPresent(notes::add);
        return notes;
    }
}
