package ai.auditor.probes.transfer;

import ai.auditor.data.Message;
import ai.auditor.direction.Direction;
import ai.auditor.direction.Prompt;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Respondent;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Ranking;
import ai.auditor.probes.internal.ResidualStream;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far students' residual streams moved from the reference model's where they answer questions of no interest, along the traits' steering
 * vectors: shown beside what they prefer, and not tested.
 *
 * @param prompts questions after something else than the traits
 * @param before the reference model's mean over them, {@code [d_model]}
 * @param steering the traits' steering vectors at the point
 */
record ActivationShift(Point point, List<Prompt> prompts, double[] before, List<Direction> steering) {
    /** Nothing where the battery has no questions after something else, or the study no steering vectors. */
    static Optional<ActivationShift> of(Study study, PreferenceQuestions questions) {
        List<Prompt> prompts = questions.offTarget().stream()
                .map(question -> new Prompt(List.of(Message.user(question)), questions.answerPrefix()))
                .toList();
        return prompts.isEmpty()
                ? Optional.empty()
                : ResidualStream.steered(study)
                        .map(point -> new ActivationShift(
                                point,
                                prompts,
                                mean(study.reference(List.of()), prompts, point),
                                study.vectors().at(point)));
    }

    private static double[] mean(Respondent asked, List<Prompt> prompts, Point point) {
        Matrix states = asked.promptLast(prompts, point);
        return Labels.mean(states, Labels.all(states.rows()));
    }

    /** How far a student moved along each trait, in lengths of its steering vector. */
    double[] along(Respondent student) {
        double[] shift = Vectors.difference(mean(student, prompts, point), before);
        return steering.stream()
                .mapToDouble(direction -> {
                    double[] vector = Vectors.doubles(direction.vector());
                    double square = Vectors.squaredNorm(vector);
                    return square > 0 ? Vectors.dot(shift, vector) / square : 0;
                })
                .toArray();
    }

    /**
     * Where the students of candidate, control and halves of the control went, each as {@link #along} tells it.
     *
     * @param halves two students a halving
     */
    Table table(List<double[]> candidate, List<double[]> control, List<List<double[]>> halves) {
        double[] ofCandidate = Vectors.mean(candidate);
        double[] ofControl = Vectors.mean(control);
        List<double[]> differences = halves.stream()
                .map(pair -> Vectors.difference(pair.get(0), pair.get(1)))
                .toList();
        double[] beyond = Vectors.difference(ofCandidate, ofControl);
        List<List<String>> cells = new ArrayList<>();
        for (int trait : Ranking.descending(beyond)) {
            cells.add(List.of(
                    steering.get(trait).name(),
                    Cells.number(ofCandidate[trait]),
                    Cells.number(ofControl[trait]),
                    Cells.number(beyond[trait]),
                    Cells.number(differences.stream()
                            .mapToDouble(difference -> Math.abs(difference[trait]))
                            .max()
                            .orElse(0))));
        }
        return new Table(
                "How far students moved along the traits at " + point
                        + " on questions of no interest, in lengths of the steering vector",
                List.of(
                        "trait",
                        "students of the candidate",
                        "of the control",
                        "difference",
                        "largest of halves of the control"),
                cells);
    }
}
