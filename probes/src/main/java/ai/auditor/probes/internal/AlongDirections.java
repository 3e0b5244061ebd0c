package ai.auditor.probes.internal;

import ai.auditor.AuditException;
import ai.auditor.direction.Direction;
import ai.auditor.model.Point;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.ShiftSize;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/** Evidence that one vector a row shifts along the steering vectors: for every trait and point a signed contrast, and its place among decoys. */
public final class AlongDirections {
    /** Unlike a cosine, this does not sink when the control varies much in directions of no interest. */
    private static final String STANDARDISED = "mean shift in control sd a row";

    private final Probe probe;
    private final Study study;
    private final int[] rows;
    private final Contrasts contrasts;
    private final String unit;

    private final List<Evidence.Contrast> found = new ArrayList<>();
    private final List<double[]> scores = new ArrayList<>();
    private final List<Chart> charts = new ArrayList<>();
    private final List<List<String>> sizes = new ArrayList<>();

    private AlongDirections(Probe probe, Study study, int[] rows, String unit) {
        this.probe = probe;
        this.study = study;
        this.rows = rows;
        this.unit = unit;
        this.contrasts = new Contrasts(study, rows, probe.name());
    }

    /**
     * Puts the evidence together.
     *
     * @param rows indexes of study rows, sorted, of pairs both or none
     * @param values at each point one vector for each of the rows, {@code [rows, d_model]}, pointing towards the trait
     * @param unit what the vectors are, for reports ("activation")
     * @param more tables that are told and not tested
     * @throws AuditException {@code USAGE} if there is no steering vector at any of the points
     */
    public static Evidence of(
            Probe probe,
            Study study,
            int[] rows,
            SortedMap<Point, Matrix> values,
            String unit,
            List<Table> more,
            List<String> notes) {
        AlongDirections along = new AlongDirections(probe, study, rows, unit);
        int done = 0;
        for (var entry : values.entrySet()) {
            study.progress().report(probe.name() + " against directions", done++, values.size(), "points");
            along.at(entry.getKey(), entry.getValue(), Alignment.decoys(values.size()));
        }
        if (along.found.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "there is no steering vector at " + values.keySet() + "; make vectors at the points of the audit");
        }
        return along.evidence(more, notes);
    }

    private void at(Point point, Matrix values, int count) {
        AuditException.checkInterrupted();
        List<Direction> traits = study.vectors().at(point);
        if (traits.isEmpty()) {
            return;
        }
        Matrix control = Labels.control(study, values, rows);
        double[] shift = Labels.shift(study, values, rows);
        Alignment alignment = new Alignment(control, shift, Labels.deviations(study, values, rows));
        String purpose = probe.name() + "/" + point;
        List<double[]> rulers = alignment
                .directions(Alignment.RULERS, study.seed("probes/rulers/" + purpose))
                .toList();
        Decoys decoys = alignment.decoys(
                alignment.directions(count, study.seed("probes/decoys/" + purpose)),
                rulers,
                vectors(traits),
                study.seed("probes/decoy-errors/" + purpose));
        List<double[]> placebos = vectors(study.vectors().placebosAt(point));
        double[] placeboShifts = placebos.stream().mapToDouble(alignment::along).toArray();
        List<Chart.Strip.Dot> dots = new ArrayList<>();
        for (Direction trait : traits) {
            double[] vector = Vectors.doubles(trait.vector());
            double[] along = along(values, vector);
            double slope = alignment.slope(vector);
            double deviation = contrasts.controlDeviation(along);
            found.add(contrasts.contrast(
                    trait.name() + " at " + point,
                    Optional.of(trait.name()),
                    along,
                    "control sd a row of the " + unit + " along " + trait.name(),
                    new Evidence.DecoyPlace(
                            STANDARDISED,
                            alignment.along(vector),
                            decoys,
                            placeboShifts,
                            slope,
                            deviation > 0 ? slope * contrasts.standardError(along) / deviation : 0)));
            scores.add(along);
            dots.add(new Chart.Strip.Dot(trait.name(), Vectors.cosine(shift, vector)));
        }
        charts.add(new Chart.Strip(
                "Cosine of the mean " + unit + " shift at " + point + " with every trait",
                "cosine",
                List.copyOf(dots),
                cosines(shift, rulers),
                cosines(shift, placebos)));
        ShiftSize size = ShiftSize.of(values, contrasts.exchanges());
        sizes.add(List.of(
                point.toString(),
                Cells.number(size.length()),
                Cells.number(size.tSquared()),
                Cells.number(size.expected()),
                Cells.number(size.z())));
    }

    private Evidence evidence(List<Table> more, List<String> notes) {
        int strongest = Ranking.strongest(found);
        List<String> all = new ArrayList<>(notes);
        all.add("the headline is the trait and point with the largest of " + found.size()
                + " statistics; its interval does not allow for that choice, the test does");
        if (!study.vectors().placebos().isEmpty()) {
            all.add("steering vectors: " + study.vectors().promptLengths());
        }
        return new Evidence(
                probe.name(),
                probe.claim(),
                found.get(strongest).effect(),
                found,
                Optional.empty(),
                contrasts.spread(scores.get(strongest)),
                Stream.concat(Stream.of(ContrastTable.of(found), size()), more.stream())
                        .toList(),
                charts,
                all);
    }

    private Table size() {
        return new Table(
                "Size of the mean " + unit + " shift, whatever its direction",
                List.of("point", "length", "T²", "T² under exchanges", "z"),
                sizes);
    }

    private static double[] along(Matrix values, double[] vector) {
        double length = Vectors.norm(vector);
        double[] along = new double[values.rows()];
        for (int i = 0; i < along.length && length > 0; i++) {
            along[i] = values.dot(i, vector) / length;
        }
        return along;
    }

    private static double[] cosines(double[] shift, List<double[]> directions) {
        return directions.stream()
                .mapToDouble(direction -> Vectors.cosine(shift, direction))
                .toArray();
    }

    private static List<double[]> vectors(List<Direction> directions) {
        return directions.stream()
                .map(direction -> Vectors.doubles(direction.vector()))
                .toList();
    }
}
