package ai.auditor.direction;

import ai.auditor.Printable;
import ai.auditor.model.Point;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Steering vectors with their provenance: for each trait and point the residual stream at {@code prompt-last}, minus the mean
 * over the traits.
 *
 * @param traits trait vectors, in the order of the trait list, then of the points
 * @param placebos vectors of the placebo words, made the same way and centred on their own mean: what tells all placebos from all traits is of no interest
 * @param provenance how they were made: recipe, templates, model digest, tool version
 */
public record SteeringVectors(List<Direction> traits, List<Direction> placebos, Map<String, String> provenance) {
    /** The line of the provenance that tells of the lengths of prompts. */
    static final String PROMPT_LENGTHS = "prompt.lengths";

    public SteeringVectors {
        traits = List.copyOf(traits);
        placebos = List.copyOf(placebos);
        provenance = java.util.Collections.unmodifiableMap(new TreeMap<>(provenance));
    }

    /** The trait vectors at one point. */
    public List<Direction> at(Point point) {
        return traits.stream()
                .filter(direction -> direction.point().equals(point))
                .toList();
    }

    /** The placebo vectors at one point. */
    public List<Direction> placebosAt(Point point) {
        return placebos.stream()
                .filter(direction -> direction.point().equals(point))
                .toList();
    }

    /** The points at which there are vectors, sorted. */
    public List<Point> points() {
        return traits.stream().map(Direction::point).distinct().sorted().toList();
    }

    /** Whether the prompts of placebos were as long as those of traits, as far as the provenance tells; for a report. */
    public String promptLengths() {
        return Printable.shortLine(provenance.getOrDefault(
                PROMPT_LENGTHS, "it is not known whether placebos were asked for as traits were"));
    }

    /**
     * These traits only, in the order of the list; placebos and centring stay those of the whole list.
     *
     * @throws ai.auditor.AuditException {@code USAGE} naming a trait that has no vector, and near ones
     */
    public SteeringVectors select(List<String> names) {
        Names.requireKnown(
                names, traits.stream().map(Direction::name).distinct().toList(), "trait", "the set of vectors");
        return new SteeringVectors(
                traits.stream()
                        .filter(direction -> names.contains(direction.name()))
                        .toList(),
                placebos,
                provenance);
    }

    /**
     * Writes a safetensors file: F32 tensors {@code trait/owl/resid_post.19} and {@code placebo/chair/resid_post.19}, each
     * {@code [d_model]}, the provenance as metadata. Equal vectors make equal bytes; the file is renamed into place.
     *
     * @throws ai.auditor.AuditException {@code OUTPUT} where it cannot be written
     */
    public void write(Path file) {
        VectorFile.write(this, file);
    }

    /**
     * Reads a file as {@link #write} makes it, in the order of its bytes.
     *
     * @throws ai.auditor.AuditException {@code USAGE} where there is no such file or it holds tensors of other names;
     *     {@code MODEL} where it is damaged
     */
    public static SteeringVectors read(Path file) {
        return VectorFile.read(file);
    }
}
