package ai.auditor.probes.sae;

import ai.auditor.Printable;
import ai.auditor.capture.TokenSpan;
import ai.auditor.model.Point;
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
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.shortcut.FormatBaseline;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.HookCheck;
import ai.auditor.sae.Reconstruction;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.sae.features.FeatureStudy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Features of a sparse autoencoder, encoded token by token and pooled to rows: a sparse probe on those that differ, and which they are. It
 * bears on whether the datasets differ; no feature's name makes it a claim about a trait.
 */
public final class SaeProbe implements Probe {
    /** The probe's name. */
    public static final String NAME = "sae";

    /** Label swaps behind what the study of features finds by chance. */
    private static final int SWAPS = 100;

    private final SparseAutoencoder sae;
    private final Point point;
    private final TokenSpan span;
    private final boolean unchecked;
    private final String model;

    /**
     * A probe by an autoencoder that stays open as long.
     *
     * @param point whose states it reads
     * @param span which tokens of a row are encoded
     * @param unchecked whether it is used even where it is dead on these rows, or far from what its files declare
     * @param model name of the model whose states it reads
     */
    public SaeProbe(SparseAutoencoder sae, Point point, TokenSpan span, boolean unchecked, String model) {
        this.sae = sae;
        this.point = point;
        this.span = span;
        this.unchecked = unchecked;
        this.model = model;
    }

    @Override
    public String name() {
        return NAME;
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
    public SortedMap<String, String> settings() {
        SaeFacts facts = sae.facts();
        return new TreeMap<>(Map.of(
                "digest", facts.digest(),
                "format", facts.format() + " " + facts.architecture(),
                "features", Integer.toString(facts.features()),
                "point", point.toString(),
                "tokens", span.toString(),
                "unchecked", Boolean.toString(unchecked)));
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "rows chosen until the autoencoder's features are as often active as in the control's, or a difference that the autoencoder does not reconstruct",
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        FeatureTable table = features(study);
        FormatBaseline baseline = FormatBaseline.of(study);
        HeldOut probe = new SaeScores(study, table).heldOut();
        HeldOut format = baseline.heldOut();
        FittedEvidence evidence = new FittedEvidence(
                study,
                probe.scores(),
                format.scores(),
                Combination.of(study, format, probe),
                baseline.beyond(probe.scores(), format));
        if (study.statisticsOnly()) {
            return evidence.of(this, List.of(), List.of());
        }
        FeatureStudy features = study(study, table);
        return evidence.of(
                this,
                FeatureTables.of(features),
                FeatureTables.charts(features),
                notes(table, features, probe, format, baseline));
    }

    /** The autoencoder. */
    public SparseAutoencoder sae() {
        return sae;
    }

    /** Whose states it reads. */
    public Point point() {
        return point;
    }

    /** Which tokens of a row are encoded. */
    public TokenSpan span() {
        return span;
    }

    /**
     * The features of a study's rows, read once.
     *
     * @throws ai.auditor.AuditException {@code MODEL} where the autoencoder does not fit the rows' states
     */
    FeatureTable features(Study study) {
        return study.memo(
                "sae/features/" + point + "/" + span + "/" + sae.facts().digest(), () -> {
                    int[] rows = Labels.all(study.rows().size());
                    FeatureTable table = FeatureTable.of(
                            sae, rows.length, reader -> study.states("features", point, span, rows, reader));
                    new HookCheck(sae.facts()).require(table.reconstruction(), unchecked);
                    return table;
                });
    }

    /** What the features say of the labels as they are. */
    FeatureStudy study(Study study, FeatureTable table) {
        study.progress().report("tests of features", 0, 0, "");
        return FeatureStudy.of(
                table,
                study.groups(),
                study.paired(),
                study.exchanges(),
                SWAPS,
                study.replicates(),
                study.seed("sae/features"));
    }

    /**
     * What was read and by what, as notes; where the files name a model but not its digest, which.
     *
     * @param alive how many features are active in the rows
     */
    List<String> described(Reconstruction measured, int alive) {
        SaeFacts facts = sae.facts();
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "autoencoder %s (%s %s), %,d features, %,d of them active here, at %s over the tokens of the %s: L0 %.1f, fraction of variance "
                        + "unexplained (FVU) %.3f over %,d tokens",
                facts.shortName(),
                facts.format(),
                facts.architecture(),
                facts.features(),
                alive,
                point,
                span,
                measured.l0(),
                measured.fvu(),
                measured.tokens()));
        new HookCheck(facts).disregarded(measured).ifPresent(notes::add);
        if (facts.hook().modelDigest().isEmpty()) {
            facts.hook()
                    .model()
                    .ifPresent(named -> notes.add("its files name the model " + Printable.quoted(named) + "; here "
                            + Printable.quoted(model)
                            + " was read, of which family, width and layer alone were held against what they say"));
        }
        return notes;
    }

    private List<String> notes(
            FeatureTable table, FeatureStudy features, HeldOut probe, HeldOut format, FormatBaseline baseline) {
        List<String> notes = new ArrayList<>(described(table.reconstruction(), features.alive()));
        for (int s = 0; s < probe.chosen().size(); s++) {
            notes.add("part " + s + " was scored by " + probe.chosen().get(s) + ", the baseline by "
                    + format.chosen().get(s) + ", chosen inside the other parts");
        }
        notes.addAll(FeatureTables.notes(features));
        baseline.shortOfRows().ifPresent(notes::add);
        notes.add("what a feature is called is no evidence of a trait");
        return notes;
    }
}
