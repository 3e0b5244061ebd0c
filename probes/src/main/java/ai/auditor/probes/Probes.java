package ai.auditor.probes;

import ai.auditor.audit.Tier;
import ai.auditor.probe.Probe;
import ai.auditor.probes.gradient.GradientProbe;
import ai.auditor.probes.likelihood.LikelihoodProbe;
import ai.auditor.probes.linear.LinearProbe;
import ai.auditor.probes.projection.ProjectionProbe;
import ai.auditor.probes.recovered.RecoveredProbe;
import ai.auditor.probes.shortcut.ShortcutProbe;
import java.util.List;
import java.util.stream.Stream;

/** The probes that come with the auditor. */
public final class Probes {
    private Probes() {}

    /** Those of the standard tier. */
    public static List<Probe> standard() {
        return of(Tier.STANDARD);
    }

    /**
     * Those of a tier, cheap ones first; each tier has those of the one before. Shadow students belong to the deep tier
     * too, but what they are asked is the caller's ({@link ai.auditor.probes.transfer.TransferProbe}).
     */
    public static List<Probe> of(Tier tier) {
        return switch (tier) {
            case QUICK -> List.of(new ShortcutProbe(), new LinearProbe(), new ProjectionProbe());
            case STANDARD -> and(Tier.QUICK, new GradientProbe(), new LikelihoodProbe());
            case DEEP -> and(Tier.STANDARD, new RecoveredProbe());
        };
    }

    private static List<Probe> and(Tier lower, Probe... probes) {
        return Stream.concat(of(lower).stream(), Stream.of(probes)).toList();
    }
}
