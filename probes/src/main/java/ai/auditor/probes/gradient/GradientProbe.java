package ai.auditor.probes.gradient;

import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.AlongDirections;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Pull;
import ai.auditor.stats.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Whether training on the candidate's rows would push the residual stream along a steering vector, more than training on the
 * control's would: minus the gradient of each row's mean NLL, against each vector (Hadley and Gultepe 2026; Blank and others
 * 2026).
 */
public final class GradientProbe implements Probe {
    @Override
    public String name() {
        return "gradient";
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
    public Evidence examine(Study study) {
        int[] rows = Contrasts.costly(study);
        ActivationTable table = study.capture(
                "gradients",
                rows,
                "",
                new CapturePlan(study.points(), List.of(Pooling.COMPLETION_MEAN), true, true, List.of()));
        List<String> notes = new ArrayList<>();
        notes.add("taken over " + rows.length + " rows, whole prompts");
        notes.add(
                "gradients are of a row's mean NLL (nats per completion token), averaged over the completion positions; the "
                        + "sign is turned, so that positive means that training on the row pushes towards the trait");
        TreeMap<Point, Matrix> values = new TreeMap<>();
        for (Point point : study.points()) {
            Pull pull = Pull.of(table.gradients(point, Pooling.COMPLETION_MEAN));
            values.put(point, pull.rows());
            pull.note(point).ifPresent(notes::add);
        }
        notes.add(
                "can see a steered teacher of this model; prompted teachers stayed at chance on large models (a prompted "
                        + "organism was seen), fine-tuned ones mostly do, and a teacher of another model or one that acts only on a "
                        + "trigger stays unseen");
        return AlongDirections.of(this, study, rows, values, "pull", notes);
    }
}
