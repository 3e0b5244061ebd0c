package ai.auditor.probes.projection;

import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
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
                List.of(
                        "activations are means over completion tokens; steering vectors were read before the first of them",
                        "a large cosine of a small shift says nothing: read it beside the size of the shift",
                        "can see a teacher whose texts speak of the trait or that was steered strongly; where steered and "
                                + "prompted teachers were measured on number sequences the mean activation stayed at chance "
                                + "(Hadley and Gultepe 2026), and a teacher that acts only on a trigger stays unseen"));
    }
}
