package ai.auditor.probes.recovered;

import ai.auditor.AuditException;
import ai.auditor.NumberText;
import ai.auditor.Printable;
import ai.auditor.direction.Trait;
import ai.auditor.model.AnswerForms;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the reference model prefers with a recovered vector added to its residual stream, beside what it prefers as it is: an explanation
 * for the reader, nothing of it is tested.
 *
 * @param traits those that the questions have an answer for, one or more, the one that rises most first
 * @param decoys the largest rise of a trait under each of some directions of no interest, as long as {@link #LONGER} times the vector
 */
record SteeredPreferences(Point point, List<Preference> traits, double[] decoys) {
    /**
     * Times the vector. Trained in a few steps it moves little; of 1, 2, 4 and 8 times, 4 is the most under which the organism still answers:
     * animals keep 79 to 98 % of what it says under the vectors of twelve teachers, and 29 to 83 % at 8 (docs/results.md).
     */
    static final int LONGER = 4;

    /** With 19, one of no interest stands above them all one time in twenty. */
    static final int DECOYS = 19;

    SteeredPreferences {
        traits = List.copyOf(traits);
    }

    /**
     * How likely a trait is the answer, mean over the questions.
     *
     * @param without to the model as it is
     * @param asTrained with the vector added
     * @param longer with {@link #LONGER} times the vector added
     */
    record Preference(String trait, double without, double asTrained, double longer) {
        double rise() {
            return longer - without;
        }
    }

    /** Asks the model of a study, of one vector after the other. */
    static final class Questioner {
        private final Study study;
        private final PreferenceQuestions questions;
        private final List<String> traits;
        private final double[] without;

        private Questioner(Study study, PreferenceQuestions questions, List<String> traits) {
            this.study = study;
            this.questions = questions;
            this.traits = traits;
            this.without = preferences(List.of());
        }

        /**
         * Nobody where no trait is an answer, or where the model's tokens do not tell the answers apart: an audit goes on without an
         * explanation.
         *
         * @param note told why
         */
        static Optional<Questioner> of(Study study, PreferenceQuestions questions, Consumer<String> note) {
            List<String> answers = names(questions);
            List<String> traits = study.traits().traits().stream()
                    .map(Trait::name)
                    .filter(answers::contains)
                    .toList();
            String otherwise = "what the model prefers under the vector was not asked: ";
            if (traits.isEmpty()) {
                note.accept(otherwise + "none of the traits is an answer to the questions "
                        + Printable.line(questions.name()));
                return Optional.empty();
            }
            try {
                return Optional.of(new Questioner(study, questions, traits));
            } catch (AuditException unfit) {
                if (unfit.code() != AuditException.Code.USAGE && unfit.code() != AuditException.Code.DATA) {
                    throw unfit;
                }
                note.accept(otherwise + Printable.shortLine(String.valueOf(unfit.getMessage())));
                return Optional.empty();
            }
        }

        private static List<String> names(PreferenceQuestions questions) {
            return questions.answers().stream().map(AnswerForms::name).toList();
        }

        /** @param directions of no interest, of which the first {@link #DECOYS} are taken */
        SteeredPreferences at(Point point, double[] vector, List<double[]> directions) {
            double length = LONGER * Vectors.norm(vector);
            double[] asTrained = under(point, vector, 1);
            double[] longer = under(point, vector, LONGER);
            List<Preference> found = new ArrayList<>();
            for (int i = 0; i < without.length; i++) {
                found.add(new Preference(traits.get(i), without[i], asTrained[i], longer[i]));
            }
            found.sort(
                    Comparator.comparingDouble((Preference one) -> -one.rise()).thenComparing(Preference::trait));
            double[] decoys = directions.stream()
                    .limit(DECOYS)
                    .mapToDouble(direction -> {
                        double own = Vectors.norm(direction);
                        double[] under = under(point, direction, own > 0 ? length / own : 0);
                        return Arrays.stream(Vectors.difference(under, without))
                                .max()
                                .orElseThrow();
                    })
                    .toArray();
            return new SteeredPreferences(point, found, decoys);
        }

        private double[] under(Point point, double[] vector, double times) {
            return preferences(
                    List.of(Intervention.Add.times(point, Vectors.floats(vector), times, Intervention.Positions.ALL)));
        }

        /** By trait, mean over the questions. */
        private double[] preferences(List<Intervention> interventions) {
            AuditException.checkInterrupted();
            double[][] asked = study.reference(interventions).preferences(questions);
            List<String> answers = names(questions);
            return traits.stream()
                    .mapToDouble(trait -> Arrays.stream(asked)
                            .mapToDouble(question -> question[answers.indexOf(trait)])
                            .average()
                            .orElseThrow())
                    .toArray();
        }
    }

    Table table() {
        return new Table(
                "What the model prefers with the vector recovered at " + point + " added, % of answers",
                List.of("trait", "without", "with it", "with " + LONGER + " times it", "rise by that, points"),
                traits.stream()
                        .map(one -> List.of(
                                one.trait(),
                                NumberText.perCent(one.without()),
                                NumberText.perCent(one.asTrained()),
                                NumberText.perCent(one.longer()),
                                NumberText.perCent(one.rise())))
                        .toList());
    }

    Chart chart() {
        return new Chart.Strip(
                "Rise of what the model prefers under " + LONGER + " times the vector recovered at " + point
                        + "; decoys: the largest under " + decoys.length + " vectors of no interest as long",
                "rise of the probability as favourite",
                traits.stream()
                        .map(one -> new Chart.Strip.Dot(one.trait(), one.rise()))
                        .toList(),
                decoys,
                new double[0]);
    }

    String note() {
        Preference first = traits.get(0);
        long above =
                Arrays.stream(decoys).filter(decoy -> decoy >= first.rise()).count();
        return String.format(
                Locale.ROOT,
                "asked what it prefers with %d times the vector recovered at %s added, the model's %s rises most of %d "
                        + "traits, from %s to %s %% of answers; %d of %d vectors of no interest as long raise a trait "
                        + "as much. No claim rests on it",
                LONGER,
                point,
                first.trait(),
                traits.size(),
                NumberText.perCent(first.without()),
                NumberText.perCent(first.longer()),
                above,
                decoys.length);
    }
}
