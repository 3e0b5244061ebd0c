package ai.auditor.sae.features;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.data.ReadOptions;
import ai.auditor.data.TextLines;
import ai.auditor.sae.SaeFacts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Descriptions of an autoencoder's features, from Neuronpedia's export of explanations: JSON Lines, plain or compressed.
 *
 * <p>Of several descriptions of a feature the first by type, then by explainer, then by text is taken, each in the order of its characters: the
 * order of files and lines does not matter.
 */
public final class Descriptions {
    /** Code points of the longest description that is kept whole; a longer one ends in dots. */
    public static final int LONGEST = 1_000;

    /** A line of the export is some 6 KiB, most of it an embedding. */
    private static final int LONGEST_LINE = 256 << 10;

    private static final long LARGEST_EXPANDED = 8L << 30;
    private static final int MOST_FILES = 100_000;

    /** The export's own names; what else lies in a folder is not read. */
    private static final String FILES = "batch-*.{jsonl,jsonl.gz}";

    private static final Comparator<Description> ORDER = Comparator.comparing(Description::type)
            .thenComparing(Description::explainer)
            .thenComparing(Description::text);

    private final String model;
    private final String source;
    private final NavigableMap<Integer, Description> byFeature;

    private Descriptions(String model, String source, NavigableMap<Integer, Description> byFeature) {
        this.model = model;
        this.source = source;
        this.byFeature = Collections.unmodifiableNavigableMap(byFeature);
    }

    /**
     * Reads an export.
     *
     * @param path one file, or a folder of {@code batch-N.jsonl} and {@code batch-N.jsonl.gz}
     * @param sae whose features they are to be
     * @throws AuditException {@code USAGE} where nothing is there to read; {@code DATA} naming file and line where a line is no description, is
     *     of a feature that the autoencoder has not got, or of another model or layer than the first
     */
    public static Descriptions read(Path path, SaeFacts sae) {
        Reading reading = new Reading(sae);
        for (Path file : files(path)) {
            reading.file(file);
        }
        return reading.descriptions(path);
    }

    /** Given one by one, each feature once; for tests, and for descriptions of another origin. */
    public static Descriptions of(String model, String source, List<Description> descriptions) {
        NavigableMap<Integer, Description> byFeature = new TreeMap<>();
        for (Description description : descriptions) {
            if (byFeature.put(description.feature(), description) != null) {
                throw new IllegalArgumentException("feature " + description.feature() + " is described twice");
            }
        }
        return new Descriptions(model, source, byFeature);
    }

    private static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        String name = Printable.line(path.toString());
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(path, FILES)) {
            for (Path file : found) {
                files.add(file);
                if (files.size() > MOST_FILES) {
                    throw new AuditException(
                            AuditException.Code.DATA, name + ": it holds more than " + MOST_FILES + " files");
                }
            }
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.DATA, name + ": it cannot be read: " + Reason.of(unreadable), unreadable);
        }
        if (files.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    name
                            + ": there is no file batch-N.jsonl or batch-N.jsonl.gz in it, as Neuronpedia's exports have them");
        }
        Collections.sort(files);
        return files;
    }

    /** The model, as the export names it. */
    public String model() {
        return model;
    }

    /** The layer and autoencoder, as the export names them ("20-gemmascope-res-16k"). */
    public String source() {
        return source;
    }

    /** What is said of a feature. */
    public Optional<Description> of(int feature) {
        return Optional.ofNullable(byFeature.get(feature));
    }

    /** All of them by feature, ascending. */
    public NavigableMap<Integer, Description> byFeature() {
        return byFeature;
    }

    /** One export on its way in. */
    private static final class Reading {
        private final SaeFacts sae;
        private final NavigableMap<Integer, Description> byFeature = new TreeMap<>();
        private @Nullable String model;
        private @Nullable String source;

        Reading(SaeFacts sae) {
            this.sae = sae;
        }

        void file(Path file) {
            ReadOptions limits =
                    ReadOptions.DEFAULT.withMaxRowBytes(LONGEST_LINE).withExpansionLimits(LARGEST_EXPANDED, 1_000);
            try (TextLines lines = TextLines.open(file, limits)) {
                for (TextLines.Line line = lines.next(); line != null; line = lines.next()) {
                    try {
                        add(DescriptionLine.parse(line.text()));
                    } catch (DescriptionLine.Malformed malformed) {
                        throw lines.wrong(line.number(), malformed.reason());
                    }
                }
            }
        }

        private void add(DescriptionLine line) throws DescriptionLine.Malformed {
            model = same("modelId", model, line.model());
            source = same("layer", source, line.source());
            if (line.feature() < 0 || line.feature() >= sae.features()) {
                throw new DescriptionLine.Malformed("it is of feature " + line.feature() + ", but " + sae.name()
                        + " has the features 0 to " + (sae.features() - 1) + ": these are descriptions of another one");
            }
            if (line.text().isBlank()) {
                return;
            }
            Description next = new Description(
                    (int) line.feature(), Printable.cut(line.text(), LONGEST), line.type(), line.explainer(), 0);
            Description known = byFeature.get(next.feature());
            Description chosen = known == null || ORDER.compare(next, known) < 0 ? next : known;
            int others = known == null ? 0 : known.others() + 1;
            byFeature.put(
                    next.feature(),
                    new Description(chosen.feature(), chosen.text(), chosen.type(), chosen.explainer(), others));
        }

        private static String same(String field, @Nullable String known, String found)
                throws DescriptionLine.Malformed {
            if (known != null && !known.equals(found)) {
                throw new DescriptionLine.Malformed(
                        "its " + field + " is " + Printable.quoted(found) + ", that of the lines before "
                                + Printable.quoted(known) + ": an export is of one autoencoder");
            }
            return found;
        }

        Descriptions descriptions(Path path) {
            if (model == null || source == null) {
                throw new AuditException(
                        AuditException.Code.DATA, Printable.line(path.toString()) + ": there is no description in it");
            }
            return new Descriptions(model, source, byFeature);
        }
    }
}
