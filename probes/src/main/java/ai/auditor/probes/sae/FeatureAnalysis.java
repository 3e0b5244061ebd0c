package ai.auditor.probes.sae;

import ai.auditor.Progress;
import ai.auditor.Redaction;
import ai.auditor.audit.Auditor.Prepared;
import ai.auditor.capture.Capture;
import ai.auditor.data.Row;
import ai.auditor.direction.Direction;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Labels;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.Reconstruction;
import ai.auditor.sae.features.Categories;
import ai.auditor.sae.features.CategoryTable;
import ai.auditor.sae.features.Description;
import ai.auditor.sae.features.Descriptions;
import ai.auditor.sae.features.FeatureFilter.Term;
import ai.auditor.sae.features.FeatureStudy;
import ai.auditor.sae.features.FeatureStudy.NewFeature;
import ai.auditor.sae.features.FeatureStudy.Promoted;
import ai.auditor.sae.features.FeatureTokens;
import ai.auditor.sae.features.TopRow;
import ai.auditor.sae.features.TraitFeatures;
import ai.auditor.sae.vectors.Agreement;
import ai.auditor.sae.vectors.Decomposer;
import ai.auditor.sae.vectors.Decomposition;
import ai.auditor.sae.vectors.EncodedChange;
import ai.auditor.sae.vectors.NullVectors;
import ai.auditor.sae.vectors.TraitCosines;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the features of an autoencoder say of a candidate, which features those are, and what the difference of the two means is made of. It
 * describes; a verdict is an audit's.
 *
 * @param prepared the rows, how they came together, and what they were made of
 * @param probe by which autoencoder they were read
 * @param reconstruction of all tokens that were read
 * @param named the features that the study names, and those of its best filter
 * @param categories of the promoted features, where descriptions are given
 * @param vectors the subliminal vector, then the direct vectors of the traits that lie nearest to it
 * @param agreements of the subliminal vector with each of these
 * @param change what the features' means say of the subliminal vector
 * @param cosines of the subliminal vector with the direct vectors of all traits
 * @param overlaps of the promoted features with those of each trait's own words
 */
public record FeatureAnalysis(
        Prepared prepared,
        SaeProbe probe,
        Reconstruction reconstruction,
        FeatureStudy study,
        List<Named> named,
        Optional<CategoryTable> categories,
        List<Decomposition> vectors,
        List<Agreement> agreements,
        EncodedChange change,
        TraitCosines cosines,
        TraitFeatures.Overlaps overlaps) {
    /** Features of each kind that are looked at closely. */
    private static final int LOOKED_AT = 20;

    private static final int TOP_ROWS = 5;
    private static final int NEAREST_TRAITS = 3;
    /** The place of an agreement among so many vectors of no interest is known to one in a hundred. */
    private static final int NULL_VECTORS = 99;

    public FeatureAnalysis {
        named = List.copyOf(named);
        vectors = List.copyOf(vectors);
        agreements = List.copyOf(agreements);
    }

    /**
     * A feature that is named.
     *
     * @param tokens that it raises and lowers
     * @param description if the export has one
     * @param categories of the description
     * @param rows in which it peaks highest
     */
    public record Named(
            int feature,
            FeatureTokens tokens,
            Optional<Description> description,
            List<String> categories,
            List<NamedRow> rows) {
        public Named {
            categories = List.copyOf(categories);
            rows = List.copyOf(rows);
        }
    }

    /**
     * A row in which a feature is active.
     *
     * @param record its place in its dataset
     * @param text its completion, redacted unless asked for in full
     */
    public record NamedRow(boolean candidate, long record, float peak, int position, String text) {}

    /**
     * What an analysis may be told beside the rows.
     *
     * @param redaction how texts of rows are shown
     */
    public record Options(Optional<Descriptions> descriptions, Categories categories, Redaction redaction) {}

    /**
     * Analyses rows whose study has steering vectors at the probe's point.
     *
     * @throws ai.auditor.AuditException {@code MODEL} where the autoencoder does not fit the rows' states
     */
    public static FeatureAnalysis of(
            Prepared prepared, ReferenceModel model, SaeProbe probe, Options options, Progress progress) {
        Study study = prepared.study();
        FeatureTable table = probe.features(study);
        FeatureStudy features = probe.study(study, table);
        progress.report("reading features through the unembedding", 0, 0, "");
        List<Named> named = named(study, table, model, probe, features, options);
        int[] promoted =
                features.promoted().stream().mapToInt(Promoted::feature).toArray();
        Contrast contrast = Contrast.of(study, table, probe);
        TraitFeatures own = TraitFeatures.of(
                study.traits(),
                TraitFeatures.reader(
                        model,
                        new Capture(model.decoder(), Capture.Settings.of(model.facts()), progress),
                        probe.sae(),
                        probe.point()),
                TraitFeatures.SHARE);
        return new FeatureAnalysis(
                prepared,
                probe,
                table.reconstruction(),
                features,
                named,
                options.descriptions()
                        .map(descriptions -> CategoryTable.of(options.categories(), descriptions, promoted)),
                contrast.vectors(),
                contrast.agreements(),
                contrast.change(),
                contrast.cosines(),
                own.overlaps(promoted));
    }

    private static List<Named> named(
            Study study,
            FeatureTable table,
            ReferenceModel model,
            SaeProbe probe,
            FeatureStudy features,
            Options options) {
        int[] wanted = Stream.of(
                        features.promoted().stream().limit(LOOKED_AT).map(Promoted::feature),
                        features.namedNew().stream().limit(LOOKED_AT).map(NewFeature::feature),
                        features.filters().stream()
                                .limit(1)
                                .flatMap(tried -> tried.filter().terms().stream())
                                .limit(LOOKED_AT)
                                .map(Term::feature))
                .flatMap(one -> one)
                .distinct()
                .mapToInt(Integer::intValue)
                .toArray();
        List<Named> named = new ArrayList<>();
        for (FeatureTokens tokens : FeatureTokens.of(model, probe.sae(), wanted, FeatureTokens.SHOWN)) {
            Optional<Description> description = options.descriptions().flatMap(all -> all.of(tokens.feature()));
            named.add(new Named(
                    tokens.feature(),
                    tokens,
                    description,
                    description
                            .map(text -> options.categories().of(text.text()))
                            .orElse(List.of()),
                    TopRow.of(table, tokens.feature(), TOP_ROWS).stream()
                            .map(top -> row(study, top, options.redaction()))
                            .toList()));
        }
        return named;
    }

    private static NamedRow row(Study study, TopRow top, Redaction redaction) {
        Row row = study.rows().get(top.row());
        return new NamedRow(
                study.candidate()[top.row()],
                row.record(),
                top.value(),
                top.position(),
                redaction.of(row.completion()));
    }

    /** The difference of the two means, and what it is made of. */
    private record Contrast(
            List<Decomposition> vectors, List<Agreement> agreements, EncodedChange change, TraitCosines cosines) {
        static Contrast of(Study study, FeatureTable table, SaeProbe probe) {
            int[] rows = Labels.all(study.rows().size());
            Matrix states = table.states();
            Direction subliminal = new Direction("subliminal", probe.point(), shift(study, states, rows));
            Decomposer decomposer = new Decomposer(probe.sae());
            List<Decomposition> traits = decomposer.decompose(study.vectors().at(probe.point()));
            Decomposition whole = decomposer.decompose(List.of(subliminal)).get(0);
            List<Decomposition> nulls = decomposer.decompose(NullVectors.like(
                    probe.point(), Labels.control(study, states, rows), NULL_VECTORS, study.seed("sae/null vectors")));
            List<Agreement> agreements = Agreement.nearest(whole, traits, nulls, NEAREST_TRAITS);
            List<Decomposition> vectors = new ArrayList<>(List.of(whole));
            for (Agreement agreement : agreements) {
                traits.stream()
                        .filter(trait -> trait.vector().name().equals(agreement.second()))
                        .forEach(vectors::add);
            }
            return new Contrast(
                    vectors,
                    agreements,
                    decomposer.ofMeans(subliminal, side(study, table, true), side(study, table, false)),
                    TraitCosines.of(subliminal, study.vectors()));
        }

        private static float[] shift(Study study, Matrix states, int[] rows) {
            return Vectors.floats(Labels.shift(study, states, rows));
        }

        private static FeatureTable side(Study study, FeatureTable table, boolean wanted) {
            boolean[] candidate = study.candidate();
            return FeatureTable.of(
                    table.features(),
                    IntStream.range(0, candidate.length)
                            .filter(row -> candidate[row] == wanted)
                            .mapToObj(row -> table.rows().get(row))
                            .toList());
        }
    }
}
