package ai.auditor.probes;

import ai.auditor.Redaction;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Tier;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Probe;
import ai.auditor.probes.gradient.GradientProbe;
import ai.auditor.probes.likelihood.LikelihoodProbe;
import ai.auditor.probes.linear.LinearProbe;
import ai.auditor.probes.projection.ProjectionProbe;
import ai.auditor.probes.recovered.RecoveredProbe;
import ai.auditor.probes.shortcut.ShortcutProbe;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The probes that come with the auditor. */
public final class Probes {
    private Probes() {}

    /** Those of the standard tier. */
    public static List<Probe> standard() {
        return of(Tier.STANDARD);
    }

    /** Those of a tier under its standard policy. */
    public static List<Probe> of(Tier tier) {
        return of(Policy.of(tier));
    }

    /** Those of a policy's tier, without questions after preferences, texts of rows redacted. */
    public static List<Probe> of(Policy policy) {
        return of(policy, Optional.empty(), Redaction.REDACTED);
    }

    /**
     * Those of a policy's tier, cheap ones first; each tier has those of the one before. Shadow students belong to the deep tier too, but they
     * are the caller's to add ({@link ai.auditor.probes.transfer.TransferProbe}).
     *
     * @param questions what the deep tier asks the model under recovered vectors; no statistic depends on it
     * @param redaction how the deep tier shows texts of rows
     */
    public static List<Probe> of(Policy policy, Optional<PreferenceQuestions> questions, Redaction redaction) {
        List<Probe> quick = List.of(new ShortcutProbe(), new LinearProbe(), new ProjectionProbe());
        List<Probe> standard = and(
                quick,
                new GradientProbe(),
                new LikelihoodProbe(LikelihoodProbe.Settings.standard().atEveryPoint(policy.everyPoint())));
        return switch (policy.tier()) {
            case QUICK -> quick;
            case STANDARD -> standard;
            case DEEP ->
                and(
                        standard,
                        new RecoveredProbe(
                                RecoveredProbe.Settings.standard().atEveryPoint(policy.everyPoint()),
                                questions,
                                redaction));
        };
    }

    private static List<Probe> and(List<Probe> lower, Probe... probes) {
        return Stream.concat(lower.stream(), Stream.of(probes)).toList();
    }
}
