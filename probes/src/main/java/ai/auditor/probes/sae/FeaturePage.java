package ai.auditor.probes.sae;

import ai.auditor.NumberText;
import ai.auditor.audit.Provenance;
import ai.auditor.probe.Table;
import ai.auditor.probes.sae.FeatureAnalysis.Named;
import ai.auditor.probes.sae.FeatureAnalysis.NamedRow;
import ai.auditor.report.ChartPage;
import ai.auditor.sae.features.FeatureTokens.Token;
import ai.auditor.sae.vectors.Decomposition;
import ai.auditor.sae.vectors.EncodedChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An analysis of features as tables, and as one HTML page. */
public final class FeaturePage {
    private static final int SHOWN_TOKENS = 6;
    private static final int SHOWN_PARTS = 12;
    private static final int SHOWN_TRAITS = 10;
    private static final double PER_CENT = 100;

    private FeaturePage() {}

    /** The page; all text is escaped. */
    public static String html(FeatureAnalysis analysis) {
        List<Table> tables = new ArrayList<>(tables(analysis));
        tables.addAll(details(analysis));
        return new ChartPage(
                        "Features of candidate and control",
                        lines(analysis),
                        FeatureTables.charts(analysis.study()),
                        tables)
                .html();
    }

    /** What was read and by what, a sentence each. */
    public static List<String> lines(FeatureAnalysis analysis) {
        List<String> lines = new ArrayList<>();
        analysis.probe()
                .described(analysis.reconstruction(), analysis.study().alive())
                .forEach(note -> lines.add(sentence(note)));
        lines.add(String.format(
                Locale.ROOT,
                "%,d candidate and %,d control rows of %,d prompts, %s.",
                analysis.prepared().design().candidateRows(),
                analysis.prepared().design().controlRows(),
                analysis.prepared().design().prompts(),
                analysis.prepared().design().paired() ? "in pairs" : "not in pairs"));
        lines.addAll(analysis.prepared().design().notes());
        trainedOnOneSide(analysis).ifPresent(lines::add);
        FeatureTables.notes(analysis.study()).forEach(note -> lines.add(sentence(note)));
        lines.add(
                "What a feature is called, or which tokens it raises, is no evidence of a trait: whether the data carry one is asked by an audit.");
        return lines;
    }

    /** An autoencoder does better on rows that it was trained on, whatever is in them. */
    private static Optional<String> trainedOnOneSide(FeatureAnalysis analysis) {
        Set<String> trainedOn = analysis.probe().sae().facts().trainedOn();
        Provenance provenance = analysis.prepared().provenance();
        boolean candidate = trainedOn.contains(provenance.candidate().contentDigest());
        boolean control = provenance.controls().stream().anyMatch(source -> trainedOn.contains(source.contentDigest()));
        return candidate == control
                ? Optional.empty()
                : Optional.of("The autoencoder was trained on the " + (candidate ? "candidate" : "control")
                        + "'s rows and not on the " + (candidate ? "control" : "candidate")
                        + "'s: the reconstruction errors of the two do not compare.");
    }

    private static String sentence(String note) {
        return note.substring(0, 1).toUpperCase(Locale.ROOT) + note.substring(1) + ".";
    }

    /** The tables of the study. */
    public static List<Table> tables(FeatureAnalysis analysis) {
        return FeatureTables.of(analysis.study());
    }

    /** What the features are, and what the vectors are made of. */
    public static List<Table> details(FeatureAnalysis analysis) {
        List<Table> tables = new ArrayList<>();
        tables.add(named(analysis));
        tables.add(rows(analysis));
        analysis.categories()
                .ifPresent(categories -> tables.add(new Table(
                        "What the promoted features' descriptions speak of (" + categories.categories() + "; "
                                + categories.described() + " described, " + categories.undescribed()
                                + " not; of the dictionary " + categories.dictionary() + ")",
                        List.of("category", "features", "share, %", "dictionary, %", "q"),
                        categories.lines().stream()
                                .map(line -> List.of(
                                        line.category(),
                                        NumberText.count(line.features()),
                                        number("%.1f", PER_CENT * line.share()),
                                        number("%.1f", PER_CENT * line.dictionaryShare()),
                                        FeatureTables.p(line.q())))
                                .toList())));
        tables.add(vectors(analysis));
        tables.add(change(analysis));
        tables.add(agreements(analysis));
        tables.add(cosines(analysis));
        tables.add(overlaps(analysis));
        return tables;
    }

    private static Table named(FeatureAnalysis analysis) {
        boolean described = analysis.categories().isPresent();
        List<String> columns = new ArrayList<>(List.of("feature", "raises", "lowers"));
        if (described) {
            columns.add("description");
        }
        List<List<String>> rows = new ArrayList<>();
        for (Named named : analysis.named()) {
            List<String> row = new ArrayList<>(List.of(
                    Integer.toString(named.feature()),
                    tokens(named.tokens().raised()),
                    tokens(named.tokens().lowered())));
            if (described) {
                row.add(named.description().map(text -> text.text()).orElse(""));
            }
            rows.add(row);
        }
        return new Table("Tokens that the named features raise and lower", columns, rows);
    }

    private static String tokens(List<Token> tokens) {
        return tokens.stream()
                .limit(SHOWN_TOKENS)
                .map(token -> "“" + token.text() + "”")
                .collect(Collectors.joining(" "));
    }

    private static Table rows(FeatureAnalysis analysis) {
        List<List<String>> rows = new ArrayList<>();
        for (Named named : analysis.named()) {
            for (NamedRow row : named.rows()) {
                rows.add(List.of(
                        Integer.toString(named.feature()),
                        row.candidate() ? "candidate" : "control",
                        Long.toString(row.record()),
                        number("%.3g", row.peak()),
                        Integer.toString(row.position()),
                        row.text()));
            }
        }
        return new Table(
                "Rows in which the named features peak highest",
                List.of("feature", "dataset", "record", "peak", "at token", "completion"),
                rows);
    }

    private static Table vectors(FeatureAnalysis analysis) {
        return new Table(
                "What vectors are made of (features by matching pursuit, share of the squared length in brackets)",
                List.of("vector", "length", "L0", "explained, %", "ended by", "features"),
                analysis.vectors().stream().map(FeaturePage::vector).toList());
    }

    private static List<String> vector(Decomposition vector) {
        return List.of(
                vector.vector().name(),
                number("%.4g", vector.vector().norm()),
                NumberText.count(vector.features()),
                number("%.1f", PER_CENT * vector.explained()),
                stop(vector),
                vector.parts().stream()
                        .limit(SHOWN_PARTS)
                        .map(part ->
                                String.format(Locale.ROOT, "%d (%.1f %%)", part.feature(), PER_CENT * part.share()))
                        .collect(Collectors.joining(", ")));
    }

    /** Why the pursuit ended, in words. */
    static String stop(Decomposition vector) {
        return vector.stop().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Table change(FeatureAnalysis analysis) {
        EncodedChange change = analysis.change();
        return new Table(
                String.format(
                        Locale.ROOT,
                        "What the encoder says of the %s vector: features by the change of their means (%,d change, with %.1f %% of the squared "
                                + "length together)",
                        change.vector(),
                        change.changed(),
                        PER_CENT * change.explained()),
                List.of("feature", "change", "share, %"),
                change.parts().stream()
                        .limit(SHOWN_PARTS)
                        .map(part -> List.of(
                                Integer.toString(part.feature()),
                                number("%.4g", part.change()),
                                number("%.1f", PER_CENT * part.share())))
                        .toList());
    }

    private static Table agreements(FeatureAnalysis analysis) {
        return new Table(
                "The subliminal vector beside direct ones (p among vectors that vary as the control does)",
                List.of(
                        "direct vector",
                        "cosine",
                        "p",
                        "features of both",
                        "subliminal only",
                        "direct only",
                        "Jaccard",
                        "by chance",
                        "p of it"),
                analysis.agreements().stream()
                        .map(one -> List.of(
                                one.second(),
                                number("%.3f", one.cosine()),
                                FeatureTables.p(one.cosineP()),
                                NumberText.count(one.both().size()),
                                NumberText.count(one.onlyFirst().size()),
                                NumberText.count(one.onlySecond().size()),
                                number("%.3f", one.jaccard()),
                                number("%.3f", one.nullJaccard()),
                                FeatureTables.p(one.jaccardP())))
                        .toList());
    }

    private static Table cosines(FeatureAnalysis analysis) {
        return new Table(
                "Cosines of the subliminal vector with the traits' vectors (p among "
                        + analysis.cosines().placebos() + " placebos)",
                List.of("trait", "cosine", "p", "q"),
                analysis.cosines().traits().stream()
                        .limit(SHOWN_TRAITS)
                        .map(line -> List.of(
                                line.trait(),
                                number("%.3f", line.cosine()),
                                FeatureTables.p(line.p()),
                                FeatureTables.p(line.q())))
                        .toList());
    }

    private static Table overlaps(FeatureAnalysis analysis) {
        return new Table(
                String.format(
                        Locale.ROOT,
                        "Features of the traits' own words among the promoted ones (%d placebos: %.1f %% on average)",
                        analysis.overlaps().placebos(),
                        PER_CENT * analysis.overlaps().placeboOverlap()),
                List.of("trait", "own features", "promoted", "%", "p", "q"),
                analysis.overlaps().lines().stream()
                        .limit(SHOWN_TRAITS)
                        .map(line -> List.of(
                                line.trait(),
                                NumberText.count(line.own()),
                                NumberText.count(line.shared().size()),
                                number("%.1f", PER_CENT * line.overlap()),
                                FeatureTables.p(line.p()),
                                FeatureTables.p(line.q())))
                        .toList());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
