package ai.auditor.probes;

import ai.auditor.probe.Probe;
import ai.auditor.probes.gradient.GradientProbe;
import ai.auditor.probes.likelihood.LikelihoodProbe;
import ai.auditor.probes.linear.LinearProbe;
import ai.auditor.probes.projection.ProjectionProbe;
import ai.auditor.probes.shortcut.ShortcutProbe;
import java.util.List;

/** The probes that come with the auditor. */
public final class Probes {
    private Probes() {}

    /** All of them, cheap ones first. */
    public static List<Probe> standard() {
        return List.of(
                new ShortcutProbe(),
                new LinearProbe(),
                new ProjectionProbe(),
                new GradientProbe(),
                new LikelihoodProbe());
    }
}
