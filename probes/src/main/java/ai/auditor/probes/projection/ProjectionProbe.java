package ai.auditor.probes.projection;

import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.AlongDirections;
import ai.auditor.probes.internal.Labels;
import ai.auditor.stats.Matrix;
import java.util.List;
import java.util.TreeMap;

/** How far the candidate's mean activation is shifted along each steering vector. */
public final class ProjectionProbe implements Probe {
    @Override
    public String name() {
        return "projection";
    }

    @Override
    public Claim claim() {
        return Claim.ALONG_TRAIT;
    }

    @Override
    public boolean fitted() {
        return false;
    }

    @Override
    public boolean readsActivationsAlone() {
        return true;
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "rows added that lie against the trait until the mean shift along every vector that is read is nothing",
                new Sight(
                        TeacherKind.PROMPTED,
                        Extent.UNSEEN,
                        "organism, 1,100 prompts, every row the teacher's: 0 of 3 named; at chance on large models (Hadley and Gultepe 2026) (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.UNSEEN,
                        "organism, 1,100 prompts, every row the teacher's: 0 of 3 named; at chance on large models (Hadley and Gultepe 2026) (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.UNSEEN,
                        "organism, 400 pairs, every row the teacher's: 0 of 24 named (docs/results.md, scoreboard)"),
                new Sight(
                        TeacherKind.NEUTRAL,
                        Extent.UNSEEN,
                        "organism, 1,100 prompts, every row the teacher's: nothing named for 1 neutrally trained teacher (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.OTHER_BASE,
                        Extent.UNSEEN,
                        "Qwen2.5 14B's eagle rows read by SmolLM2 135M, 1,500 pairs: p among decoys 1 (docs/results.md, eagle against neutral)"),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        TreeMap<Point, Matrix> values = new TreeMap<>();
        for (Point point : study.points()) {
            values.put(point, study.activations().activations(point, Pooling.COMPLETION_MEAN));
        }
        return AlongDirections.of(
                this,
                study,
                Labels.all(study.rows().size()),
                values,
                "activation",
                List.of(),
                List.of(
                        "activations are means over completion tokens; steering vectors were read before the first of them",
                        "a large cosine of a small shift says nothing: read it beside the size of the shift"));
    }
}
