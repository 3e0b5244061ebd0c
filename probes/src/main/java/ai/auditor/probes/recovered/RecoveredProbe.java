package ai.auditor.probes.recovered;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Redaction;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.direction.Direction;
import ai.auditor.model.Point;
import ai.auditor.model.PreferenceQuestions;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Decoys;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probe.VectorTokens;
import ai.auditor.probes.internal.Alignment;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.ContrastTable;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Labels;
import ai.auditor.probes.internal.Pull;
import ai.auditor.probes.internal.Ranking;
import ai.auditor.probes.internal.ResidualStream;
import ai.auditor.stats.Exchanged;
import ai.auditor.stats.Matrix;
import ai.auditor.stats.ShiftSize;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What one vector, added to the frozen model, would learn from the candidate's rows beyond the control's, and what it lies along: the
 * trained bias of Hadley and Gultepe 2026, close to the blind recovery of Morgulis and Hewitt 2026. What the vector writes is
 * shown even where no trait of the list fits.
 *
 * <p>For every part of the prompts a vector is trained on the other parts' candidate rows and one on their control rows. Tested is how much
 * likelier held-out rows become by a step along a trait as long as was recovered; a trait's place is the recovered vector's cosine
 * with it among the same of directions that vary as the control does.
 */
public final class RecoveredProbe implements Probe {
    private static final int TOKENS = 10;
    private static final int LISTED = 5;

    /**
     * What a smaller share of a teacher's rows would do to a trained vector's direction was not measured, so no detectable fraction is told
     * by it: a clean answer needs another probe.
     */
    private static final double UNTOLD = 0;

    private final Settings settings;
    private final Optional<PreferenceQuestions> questions;
    private final Redaction redaction;

    /**
     * How vectors are trained. A vector costs {@code epochs} forward and backward passes over half of the rows, and there are two for each
     * part and point.
     *
     * @param rate learning rate at the start, as a share of the root mean square of the residual stream's numbers
     * @param epochs passes over the rows
     * @param batchRows rows of one step
     * @param everyPoint whether at every point of the audit; otherwise at the one nearest to two thirds of the depth
     */
    public record Settings(double rate, int epochs, int batchRows, boolean everyPoint) {
        public Settings {
            require(rate > 0 && rate <= 1, "rate is above 0 and at most 1, not " + rate);
            require(epochs >= 1, "there is 1 epoch or more, not " + epochs);
            require(batchRows >= 1, "a batch has 1 row or more, not " + batchRows);
        }

        private static void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new AuditException(AuditException.Code.USAGE, otherwise);
            }
        }

        /**
         * As tried on the organism's steered owl and fox, 400 pairs: by rates of 0.01, 0.03 and 0.1 and ten epochs 0.25, 0.59 and 1.01 of the
         * owl's vector came back, and 0.11, 0.31 and 0.66 of the fox's; wolf and whale were found as well by five epochs.
         */
        public static Settings standard() {
            return new Settings(0.1, 5, 32, false);
        }

        /** The same at every point of the audit, or at one. */
        public Settings atEveryPoint(boolean every) {
            return new Settings(rate, epochs, batchRows, every);
        }
    }

    /** With the standard settings, no question asked, and texts of rows redacted. */
    public RecoveredProbe() {
        this(Settings.standard(), Optional.empty(), Redaction.REDACTED);
    }

    /**
     * A probe that explains what it finds; no statistic depends on how.
     *
     * @param questions what the model is asked under the vectors, an answer's name that of a trait
     * @param redaction how the texts of rows that gain most are shown
     */
    public RecoveredProbe(Settings settings, Optional<PreferenceQuestions> questions, Redaction redaction) {
        this.settings = settings;
        this.questions = questions;
        this.redaction = redaction;
    }

    @Override
    public String name() {
        return "recovered";
    }

    @Override
    public Claim claim() {
        return Claim.ALONG_TRAIT;
    }

    /** Vectors are fitted, but only the length of a tested step depends on them, and no score on its own row's label. */
    @Override
    public boolean fitted() {
        return false;
    }

    @Override
    public SortedMap<String, String> settings() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
                "rate", Double.toString(settings.rate()),
                "epochs", Integer.toString(settings.epochs()),
                "batchRows", Integer.toString(settings.batchRows()),
                "points", settings.everyPoint() ? "all" : "two thirds",
                "questions", questions.map(PreferenceQuestions::name).orElse("none"))));
    }

    @Override
    public Coverage coverage() {
        String measured =
                "organism, 400 prompts, every row the teacher's: %s (docs/results.md, recovered vectors, scoreboard)";
        return Coverage.of(
                "rows chosen until a vector trained on them lies along nothing that is asked about",
                new Sight(TeacherKind.PROMPTED, Extent.PARTLY, String.format(Locale.ROOT, measured, "9 of 18 named")),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.SEEN,
                        String.format(Locale.ROOT, measured, "26 of 26 named, by this probe alone")),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.PARTLY,
                        String.format(Locale.ROOT, measured, "9 of 30 named, and one by another trait")),
                new Sight(
                        TeacherKind.NEUTRAL, Extent.UNSEEN, String.format(Locale.ROOT, measured, "nothing named in 3")),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        int[] rows = Contrasts.costly(study);
        List<Point> points = points(study);
        ActivationTable table =
                study.capture("gradients", rows, "", CapturePlan.gradients(points, List.of(Pooling.COMPLETION_MEAN)));
        Examination examination = new Examination(study, rows);
        for (Point point : points) {
            examination.at(
                    Recovered.train(study, rows, point, settings),
                    Pull.of(table.gradients(point, Pooling.COMPLETION_MEAN), Pull.LONGEST),
                    Alignment.decoys(points.size()));
        }
        return examination.evidence();
    }

    private List<Point> points(Study study) {
        List<Point> points = ResidualStream.steered(study, settings.everyPoint()).stream()
                .filter(point -> point.kind() == Point.Kind.RESID_POST)
                .toList();
        if (points.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "there is no steering vector at the end of a block among " + study.points()
                            + "; make vectors at the points of the audit");
        }
        return points;
    }

    /** Gathers what is found point by point. */
    private final class Examination {
        private final Study study;
        private final int[] rows;
        private final Contrasts contrasts;
        private final List<Evidence.Contrast> found = new ArrayList<>();
        private final List<double[]> scores = new ArrayList<>();
        private final List<Chart> charts = new ArrayList<>();
        private final List<List<String>> sizes = new ArrayList<>();
        private final List<List<String>> lying = new ArrayList<>();
        private final List<List<String>> writing = new ArrayList<>();
        private final Optional<SteeredPreferences.Questioner> questioner;
        private final List<Table> explanations = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();

        Examination(Study study, int[] rows) {
            this.study = study;
            this.rows = rows;
            this.contrasts = new Contrasts(study, rows, name());
            notes.add("taken over " + rows.length
                    + " rows, whole prompts; vectors are trained on all parts of the prompts but "
                    + "one, and tried on that one");
            this.questioner = questions
                    .filter(asked -> !study.statisticsOnly())
                    .flatMap(asked -> SteeredPreferences.Questioner.of(study, asked, notes::add));
        }

        void at(Recovered recovered, Pull pull, int count) {
            AuditException.checkInterrupted();
            Point point = recovered.point();
            pull.note(point).ifPresent(notes::add);
            List<Direction> traits = study.vectors().at(point);
            HeldOutGains gains = HeldOutGains.of(study, rows, recovered, vectors(traits));
            Alignment alignment = new Alignment(
                    Labels.control(study, pull.rows(), rows),
                    Labels.shift(study, pull.rows(), rows),
                    Labels.deviations(study, pull.rows(), rows));
            double[] vector = recovered.difference();
            // Of the vector its direction counts; how far the data differ along it the gradients say.
            double size = Math.max(0, alignment.along(vector));
            long seed = study.seed("probes/decoys/" + name() + "/" + point);
            Decoys decoys = alignment.decoys(size, alignment.directions(count, seed), vectors(traits));
            List<double[]> some = alignment.directions(Alignment.RULERS, seed).toList();
            double[] cosines = alignment.cosines(vector, vectors(traits));
            double[] placebos =
                    alignment.cosines(vector, vectors(study.vectors().placebosAt(point)));
            List<Chart.Strip.Dot> dots = new ArrayList<>();
            for (int i = 0; i < traits.size(); i++) {
                String trait = traits.get(i).name();
                found.add(contrasts.contrast(
                        trait + " at " + point,
                        Optional.of(trait),
                        gains.along()[i],
                        "control sd a row of the likelihood gained by a step along " + trait,
                        new Evidence.DecoyPlace(
                                "mean shift in control sd a row, as far as it is along the recovered vector",
                                size * cosines[i],
                                decoys,
                                times(size, placebos),
                                UNTOLD,
                                0)));
                scores.add(gains.along()[i]);
                dots.add(new Chart.Strip.Dot(trait, cosines[i]));
            }
            charts.add(new Chart.Strip(
                    "Cosine of the vector recovered at " + point + " with every trait, as the control varies",
                    "cosine",
                    dots,
                    alignment.cosines(vector, some),
                    placebos));
            lie(point, vector, traits, dots);
            sizes.add(size(recovered, vector, gains, pull.rows()));
            write(point, vector);
            questioner.ifPresent(asks -> prefer(asks.at(point, vector, some)));
            if (!study.statisticsOnly()) {
                explanations.addAll(TokenGains.of(study, rows, recovered).tables(study, redaction));
            }
        }

        private void prefer(SteeredPreferences found) {
            explanations.add(found.table());
            charts.add(found.chart());
            notes.add(found.note());
        }

        private void lie(Point point, double[] vector, List<Direction> traits, List<Chart.Strip.Dot> dots) {
            IntStream.range(0, traits.size())
                    .boxed()
                    .sorted(Comparator.comparingDouble(
                                    (Integer i) -> -dots.get(i).value())
                            .thenComparing(i -> traits.get(i).name()))
                    .limit(LISTED)
                    .forEach(i -> {
                        double[] direction = Vectors.doubles(traits.get(i).vector());
                        double length = Vectors.norm(direction);
                        lying.add(List.of(
                                traits.get(i).name() + " at " + point,
                                Cells.number(dots.get(i).value()),
                                Cells.number(Vectors.cosine(vector, direction)),
                                Cells.number(length > 0 ? Vectors.dot(vector, direction) / (length * length) : 0)));
                    });
        }

        private List<String> size(Recovered recovered, double[] vector, HeldOutGains gains, Matrix pull) {
            Exchanged whole = study.exchanges().studentised(contrasts.spread(gains.whole()));
            ShiftSize size = ShiftSize.of(pull, contrasts.exchanges());
            return List.of(
                    recovered.point().toString(),
                    Cells.number(Vectors.norm(vector)),
                    Cells.number(recovered.controlLength()),
                    Cells.number(ResidualStream.medianLength(study, recovered.point())),
                    Cells.number(recovered.agreement()),
                    Cells.number(whole.shift()) + " (" + Cells.number(whole.standardError()) + ")",
                    Cells.number(size.tSquared()),
                    Cells.number(size.z()));
        }

        private void write(Point point, double[] vector) {
            VectorTokens tokens = study.written(Vectors.floats(vector), TOKENS);
            writing.add(List.of(point.toString(), "raised", texts(tokens.raised())));
            writing.add(List.of(point.toString(), "lowered", texts(tokens.lowered())));
        }

        Evidence evidence() {
            int strongest = Ranking.strongest(found);
            notes.add("the headline is the trait and point with the largest of " + found.size()
                    + " statistics; its interval does not allow for that choice, the test does");
            notes.add(
                    "gains of held-out rows by the whole vector are shown and not tested: what one part teaches agrees with what "
                            + "the other gains, errors included");
            notes.add(
                    "tokens that are written are the model's vocabulary, read by the unembedding as if nothing came between; no "
                            + "text of a row is among them");
            notes.add("gains by token are shown and not tested: a vector moves tokens whatever it was trained on, so "
                    + "that only what the candidate's rows gain beyond the control's says anything of the candidate");
            if (!study.vectors().placebos().isEmpty()) {
                notes.add("steering vectors: " + study.vectors().promptLengths());
            }
            if (questions.isEmpty()) {
                notes.add("what a model prefers under the vector was not asked");
            }
            return new Evidence(
                    name(),
                    claim(),
                    found.get(strongest).effect(),
                    found,
                    Optional.empty(),
                    contrasts.spread(scores.get(strongest)),
                    tables(),
                    charts,
                    notes);
        }

        private List<Table> tables() {
            List<Table> tables = new ArrayList<>(List.of(
                    ContrastTable.of(found),
                    new Table(
                            "What the recovered vectors lie along",
                            List.of("trait", "cosine as the control varies", "plain cosine", "of the steering vector"),
                            lying),
                    new Table("Tokens that the recovered vectors write", List.of("point", "logits", "tokens"), writing),
                    new Table(
                            "Size of the recovered vectors, whatever their direction",
                            List.of(
                                    "point",
                                    "length",
                                    "length of the control's",
                                    "residual stream",
                                    "cosine between parts",
                                    "gain on held-out rows, nats a token (standard error)",
                                    "T² of the pull",
                                    "z"),
                            sizes)));
            tables.addAll(explanations);
            return tables;
        }
    }

    private static String texts(List<VectorTokens.Token> tokens) {
        return String.join(
                " ",
                tokens.stream().map(token -> Printable.quoted(token.text())).toList());
    }

    private static List<double[]> vectors(List<Direction> directions) {
        return directions.stream()
                .map(direction -> Vectors.doubles(direction.vector()))
                .toList();
    }

    private static double[] times(double factor, double[] values) {
        return Arrays.stream(values).map(value -> factor * value).toArray();
    }
}
