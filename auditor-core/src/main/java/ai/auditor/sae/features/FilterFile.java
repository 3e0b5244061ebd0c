package ai.auditor.sae.features;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.SettingsJson;
import ai.auditor.sae.features.FeatureFilter.Term;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Interval;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A filter as an analysis of features writes it, with the autoencoder whose features it asks about.
 *
 * @param digest of that autoencoder
 * @param point at which it reads
 * @param tokens which of a row it reads, as the command line spells them
 * @param heldOut how it did on rows that it was not chosen on; empty where the file does not say
 */
public record FilterFile(String digest, String point, String tokens, FeatureFilter filter, Optional<Estimate> heldOut) {
    /** The field of a report that tells the version of its layout. */
    public static final String SCHEMA_VERSION = "schemaVersion";

    /** The version of the layout: the first number changes when a reader must. */
    public static final String SCHEMA = "1.0";

    private static final String READABLE = "1.";

    /** The field of a report that holds its autoencoder. */
    public static final String AUTOENCODER = "autoencoder";

    /** The field of a report that holds its filters, the best first. */
    public static final String FILTERS = "filters";

    private static final String DIGEST = "digest";
    private static final String POINT = "point";
    private static final String TOKENS = "tokens";
    private static final String TERMS = "terms";
    private static final String FEATURE = "feature";
    private static final String ACTIVE = "active";
    private static final String AT_LEAST = "atLeast";
    private static final String HELD_OUT = "heldOut";
    private static final String BALANCED_ACCURACY = "balancedAccuracy";
    private static final String LOW = "low";
    private static final String HIGH = "high";
    private static final int LARGEST = 256 << 20;
    private static final int MOST_TERMS = 4_096;

    /** Writes what the file is read by into a report. */
    public static void describe(ObjectNode autoencoder, String digest, String point, String tokens) {
        autoencoder.put(DIGEST, digest).put(POINT, point).put(TOKENS, tokens);
    }

    /** Writes a filter into an entry of a report's filters. */
    public static void write(ObjectNode entry, FeatureFilter filter) {
        ArrayNode terms = entry.putArray(TERMS);
        filter.terms()
                .forEach(term -> terms.addObject().put(FEATURE, term.feature()).put(ACTIVE, term.active()));
        entry.put(AT_LEAST, filter.atLeast());
    }

    /**
     * Reads the first filter of a report.
     *
     * @throws AuditException {@code USAGE}, naming the file and the field, where it is none
     */
    public static FilterFile read(Path file) {
        JsonNode report = SettingsJson.file(file, "report of features", LARGEST);
        JsonNode schema = report.path(SCHEMA_VERSION);
        if (!schema.isTextual() || !schema.textValue().startsWith(READABLE)) {
            throw refused(
                    file,
                    "its " + SCHEMA_VERSION + " is "
                            + (schema.isMissingNode() ? "missing" : Printable.shortLine(schema.toString())) + ", and "
                            + SCHEMA + " is read here: write it anew with \"auditor sae features -o …json\"");
        }
        JsonNode autoencoder = report.path(AUTOENCODER);
        JsonNode filter = report.path(FILTERS).path(0);
        if (filter.isMissingNode()) {
            throw refused(
                    file,
                    "it has no " + FILTERS + ": give a file that \"auditor sae features -o …json\" wrote, and "
                            + "that found one");
        }
        List<Term> terms = new ArrayList<>();
        for (JsonNode term : filter.path(TERMS)) {
            JsonNode feature = term.path(FEATURE);
            JsonNode active = term.path(ACTIVE);
            if (!feature.isInt() || feature.intValue() < 0 || !active.isBoolean() || terms.size() == MOST_TERMS) {
                throw refused(file, "its first filter has a term that is none");
            }
            terms.add(new Term(feature.intValue(), active.booleanValue()));
        }
        FeatureFilter.repeated(terms).ifPresent(feature -> {
            throw refused(file, "its first filter asks about feature " + feature + " twice");
        });
        JsonNode atLeast = filter.path(AT_LEAST);
        if (!atLeast.isInt() || atLeast.intValue() < 1 || atLeast.intValue() > terms.size()) {
            throw refused(
                    file,
                    "its first filter asks for " + Printable.quoted(atLeast.toString()) + " of " + terms.size()
                            + " terms");
        }
        return new FilterFile(
                text(file, autoencoder, DIGEST),
                text(file, autoencoder, POINT),
                text(file, autoencoder, TOKENS),
                new FeatureFilter(terms, atLeast.intValue()),
                heldOut(filter));
    }

    private static Optional<Estimate> heldOut(JsonNode filter) {
        JsonNode accuracy = filter.path(HELD_OUT).path(BALANCED_ACCURACY);
        return accuracy.isNumber()
                        && filter.path(LOW).isNumber()
                        && filter.path(HIGH).isNumber()
                ? Optional.of(new Estimate(
                        accuracy.doubleValue(),
                        new Interval(
                                filter.path(LOW).doubleValue(),
                                filter.path(HIGH).doubleValue(),
                                Estimate.LEVEL)))
                : Optional.empty();
    }

    private static String text(Path file, JsonNode autoencoder, String field) {
        JsonNode value = autoencoder.path(field);
        if (!value.isTextual()) {
            throw refused(file, AUTOENCODER + "." + field + " is not a text");
        }
        return value.textValue();
    }

    private static AuditException refused(Path file, String reason) {
        return new AuditException(
                AuditException.Code.USAGE, "the report of features " + Printable.line(file.toString()) + ": " + reason);
    }
}
