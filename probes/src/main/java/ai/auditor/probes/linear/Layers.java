package ai.auditor.probes.linear;

import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Study;
import ai.auditor.probes.internal.Folds;
import ai.auditor.stats.Matrix;
import java.util.ArrayList;
import java.util.List;

/** Completion-mean activations of a study, and what can be prepared from them without labels. */
final class Layers {
    private final Study study;
    private final Folds folds;

    Layers(Study study) {
        this.study = study;
        this.folds = Folds.of(study);
    }

    /** Whether activations are wider than can be decomposed in reasonable time. */
    boolean sketched() {
        return Sketch.needed(raw(study.points().get(0)).columns());
    }

    /** The activations at a point, {@code [rows, columns]}, {@value Sketch#WIDEST} columns at most. */
    Matrix values(Point point) {
        Matrix raw = raw(point);
        return study.memo("linear/sketch/" + point, () -> Sketch.of(raw, study.seed("linear/sketch")));
    }

    /** The principal axes of the rows that a scorer of part s is fitted on, or of the inner fitting rows. */
    Spectrum spectrum(Point point, int s, boolean inner) {
        Matrix values = values(point);
        Spectrum[][] spectra = study.memo("linear/spectra/" + point, () -> spectra(values, point));
        return spectra[s][inner ? 1 : 0];
    }

    /** The leading components of all rows on those axes, {@code [rows][count]}. */
    double[][] components(Point point, int s, boolean inner, int count) {
        Spectrum spectrum = spectrum(point, s, inner);
        Matrix values = values(point);
        return study.memo(
                "linear/components/" + point + "/" + s + "/" + inner, () -> spectrum.components(values, count));
    }

    private Matrix raw(Point point) {
        return study.activations().activations(point, Pooling.COMPLETION_MEAN);
    }

    private Spectrum[][] spectra(Matrix values, Point point) {
        List<Moments> whole = new ArrayList<>();
        List<Moments> inner = new ArrayList<>();
        for (int part = 0; part < folds.parts(); part++) {
            int[] rows = folds.heldOut(part);
            Moments fitting = Moments.of(values, filter(rows, false));
            inner.add(fitting);
            whole.add(Moments.total(List.of(fitting, Moments.of(values, filter(rows, true))), values.columns()));
        }
        Spectrum[][] spectra = new Spectrum[folds.parts()][2];
        for (int s = 0; s < folds.parts(); s++) {
            study.progress().report("principal axes at " + point, s, folds.parts(), "parts");
            spectra[s][0] = Spectrum.of(Moments.total(without(whole, s), values.columns()));
            spectra[s][1] = Spectrum.of(Moments.total(without(inner, s), values.columns()));
        }
        return spectra;
    }

    private int[] filter(int[] rows, boolean validating) {
        return java.util.Arrays.stream(rows)
                .filter(row -> folds.validating()[row] == validating)
                .toArray();
    }

    private static List<Moments> without(List<Moments> blocks, int s) {
        List<Moments> others = new ArrayList<>(blocks);
        others.remove(s);
        return others;
    }
}
