package ai.auditor.probes.linear;

import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.Combination;
import ai.auditor.probes.internal.FittedEvidence;
import ai.auditor.probes.internal.HeldOut;
import ai.auditor.probes.shortcut.FormatBaseline;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear probe on pooled completion-mean activations: ridge discriminant or logistic regression, layer and penalty chosen
 * inside the fitting part.
 */
public final class LinearProbe implements Probe {
    @Override
    public String name() {
        return "linear";
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
    public boolean readsActivationsAlone() {
        return true;
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "rows chosen until their mean states, at the points that are read, are spread as the control's",
                new Sight(
                        TeacherKind.PROMPTED,
                        Extent.PARTLY,
                        "organism, 1,100 prompts, every row the teacher's: 2 of 3 told apart (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.SEEN,
                        "organism, 1,100 prompts, every row the teacher's: 3 of 3 told apart (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.PARTLY,
                        "organism, by this probe or shortcut: 37 of 40 told apart with 400 pairs, every row the teacher's (docs/results.md, scoreboard); 8 of 16 with 1,000, a tenth of the rows to all (labelled set)"),
                new Sight(
                        TeacherKind.NEUTRAL,
                        Extent.PARTLY,
                        "organism, by this probe or shortcut: neutral training 0 of 60 told apart with 200 pairs, 1 of 1 with 3,462; with 200 another persona 59 of 60 (docs/results.md, scoreboard)"),
                new Sight(
                        TeacherKind.OTHER_BASE,
                        Extent.SEEN,
                        "Qwen2.5 14B's eagle rows read by SmolLM2 135M, 1,500 pairs: AUROC a row 0.598 where format and length give 0.540 (docs/results.md, eagle against neutral)"),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        Layers layers = new Layers(study);
        FormatBaseline baseline = FormatBaseline.of(study);
        HeldOut probe = new LinearScores(study, layers).heldOut();
        HeldOut format = baseline.heldOut();
        return new FittedEvidence(
                        study,
                        probe.scores(),
                        format.scores(),
                        Combination.of(study, format, probe),
                        baseline.beyond(probe.scores(), format))
                .of(this, List.of(), notes(layers, probe, format, baseline));
    }

    private static List<String> notes(Layers layers, HeldOut probe, HeldOut format, FormatBaseline baseline) {
        List<String> notes = new ArrayList<>();
        for (int s = 0; s < probe.chosen().size(); s++) {
            notes.add("part " + s + " was scored by " + probe.chosen().get(s) + ", the baseline by "
                    + format.chosen().get(s) + ", chosen inside the other parts");
        }
        notes.add("logistic regression sees the " + LinearScores.COMPONENTS
                + " leading components of the fitting part, at the point that served the discriminant best");
        if (layers.sketched()) {
            notes.add("activations " + Sketch.TOLD);
        }
        notes.add(
                "gain: logistic regression of both scores on rows that neither was fitted on, minus the baseline alone");
        notes.add(
                "tested: the held-out score minus what format and length predict of it, part by part, without labels");
        baseline.shortOfRows().ifPresent(notes::add);
        return notes;
    }
}
