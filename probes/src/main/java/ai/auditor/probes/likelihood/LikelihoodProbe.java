package ai.auditor.probes.likelihood;

import ai.auditor.AuditException;
import ai.auditor.capture.CapturePlan;
import ai.auditor.direction.Direction;
import ai.auditor.direction.PromptLengths;
import ai.auditor.direction.Trait;
import ai.auditor.model.Intervention;
import ai.auditor.model.Point;
import ai.auditor.probe.Chart;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.Cells;
import ai.auditor.probes.internal.ContrastTable;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Ranking;
import ai.auditor.probes.internal.ResidualStream;
import ai.auditor.stats.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How much likelier the candidate's rows become, beyond the control's, when the model loves a trait: by a system prompt, and
 * by a steering vector added to the residual stream. What any trait gains alike is taken off by placebos.
 */
public final class LikelihoodProbe implements Probe {
    /** Placebos of each kind; each costs a pass over the rows. */
    static final int PLACEBOS = 4;
    /** Traits steered at most: all of the list in the box; passes share what lies below the point. */
    static final int STEERED = 64;
    /**
     * Length of an added vector as a share of the median length of the pooled residual stream. On the organism's steered owl (120
     * pairs, vectors of personas) shares of 0.1 and 0.3 put the owl first of 16 with statistics of 7.4 and 8.1, the next at 3.3;
     * 1.0, near the raw vector, drowned it (0.6). Raw question vectors of a 135M chat model measure 0.08.
     */
    static final double STRENGTH = 0.2;

    private static final String PERSONA = "persona";

    private final Settings settings;

    /**
     * What is asked.
     *
     * @param personas asked about at most, spread over the list; each costs a pass over the rows
     * @param everyPoint whether vectors are added at every point of the audit, one after the other; otherwise at the one nearest to two
     *     thirds of the depth. Each point costs what all its traits cost, and its contrasts are tested beside the others'
     * @param partial whether a persona's place among the others and the placebos is taken of what no weighing of them explains; otherwise,
     *     as for vectors, of its gain minus their mean. What is tested by exchanges of labels stays the same
     */
    public record Settings(int personas, boolean everyPoint, boolean partial) {
        public Settings {
            if (personas < 1) {
                throw new AuditException(
                        AuditException.Code.USAGE, "1 persona or more is asked about, not " + personas);
            }
        }

        /** Sixteen personas (each costs a pass), one point, places of personas beyond all others together. */
        public static Settings standard() {
            return new Settings(16, false, true);
        }

        /** The same at every point of the audit, or at one. */
        public Settings atEveryPoint(boolean every) {
            return new Settings(personas, every, partial);
        }
    }

    /** With the standard settings. */
    public LikelihoodProbe() {
        this(Settings.standard());
    }

    public LikelihoodProbe(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "likelihood";
    }

    @Override
    public Claim claim() {
        return Claim.ALONG_TRAIT;
    }

    @Override
    public boolean fitted() {
        return false;
    }

    /** Told where they are not the standard ones. */
    @Override
    public SortedMap<String, String> settings() {
        return settings.equals(Settings.standard())
                ? Collections.emptySortedMap()
                : Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
                        "personas",
                        Integer.toString(settings.personas()),
                        "points",
                        settings.everyPoint() ? "all" : "two thirds",
                        "place",
                        (settings.partial() ? Reading.PARTIAL : Reading.CENTRED).toString())));
    }

    private Reading placed(Panel panel) {
        return settings.partial() && panel.kind().equals(PERSONA) ? Reading.PARTIAL : Reading.CENTRED;
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "rows left out that a persona or a vector makes likelier, or a trait that follows neither the wording nor the vectors that are asked",
                new Sight(
                        TeacherKind.PROMPTED,
                        Extent.PARTLY,
                        "organism, 400 pairs, every row the teacher's, all 16 personas asked about: 9 of 12 named by this probe alone (docs/results.md, scoreboard); what is not asked about is not named"),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.PARTLY,
                        "organism, 400 pairs, every row the teacher's: 2 of 12 named, though the trait moved most in 12 of 12 (docs/results.md, scoreboard)"),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.PARTLY,
                        "organism: with 400 pairs, every row the teacher's, 0 of 24 named, though the trait moved most in 23 of 24 (docs/results.md, scoreboard); with 5,000 those of all rows and of a half, not that of a quarter (what passes)"),
                new Sight(
                        TeacherKind.NEUTRAL,
                        Extent.UNSEEN,
                        "organism, 1,100 prompts, every row the teacher's: nothing named for 1 neutrally trained teacher (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.OTHER_BASE,
                        Extent.UNSEEN,
                        "Qwen2.5 14B's eagle rows read by SmolLM2 135M, 200 pairs: p 0.43 (docs/results.md, eagle against neutral)"),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        int[] rows = Contrasts.costly(study);
        Contrasts contrasts = new Contrasts(study, rows, name());
        List<String> notes = new ArrayList<>();
        notes.add("taken over " + rows.length + " rows, whole prompts; likelihoods are in nats per completion token");
        double[] plain = study.capture("likelihood", rows, "", CapturePlan.likelihood(List.of()))
                .nll();
        List<Panel> panels = Stream.concat(
                        Stream.of(personas(study, rows, plain, notes)), steered(study, rows, plain, notes).stream())
                .filter(Panel::testable)
                .toList();
        if (panels.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the likelihood probe needs two traits, or a trait and two placebos, with a persona or a steering vector");
        }
        List<Evidence.Contrast> found = new ArrayList<>();
        List<double[]> scores = new ArrayList<>();
        List<Chart> charts = new ArrayList<>();
        for (Panel panel : panels) {
            // Vectors were measured to move rows of no kind of teacher beyond what other traits' vectors do: what they
            // do not find says nothing.
            found.addAll(panel.contrasts(contrasts, placed(panel), panel.kind().equals(PERSONA)));
            scores.addAll(panel.scores());
            charts.add(panel.strip(contrasts, placed(panel)));
            notes.add(panel.kind() + ": tested is the gain minus " + panel.reference());
        }
        Table shared = new Table(
                "What any trait gains alike (taken off, not tested; a prompted teacher of any persona shows here)",
                List.of("kind", "under", "candidate minus control, nats a token"),
                panels.stream().map(panel -> panel.shared(contrasts)).toList());
        Table readings = new Table(
                "Readings of the gains: the trait that each puts first (tested is " + Reading.CENTRED + ")",
                List.of("kind", "reading", "first", "statistic", "next"),
                panels.stream()
                        .flatMap(panel -> panel.readings(contrasts).stream())
                        .toList());
        int strongest = Ranking.strongest(found);
        return new Evidence(
                name(),
                claim(),
                found.get(strongest).effect(),
                found,
                Optional.empty(),
                contrasts.spread(scores.get(strongest)),
                List.of(ContrastTable.of(found), shared, readings),
                charts,
                notes);
    }

    private Panel personas(Study study, int[] rows, double[] plain, List<String> notes) {
        if (study.traits().personas().isEmpty()) {
            notes.add("the trait list has no persona wording: no personas were asked about");
            return new Panel(PERSONA, List.of(), List.of());
        }
        if (!study.takesPersonas()) {
            notes.add("rows of plain text take no system prompt: no personas were asked about");
            return new Panel(PERSONA, List.of(), List.of());
        }
        String wording = study.traits().personas().get(0);
        List<Trait> traits = spread(study.traits().traits(), settings.personas());
        List<Trait> placebos = spread(study.traits().placebos(), PLACEBOS);
        if (traits.size() < study.traits().traits().size()) {
            notes.add("personas of " + traits.size() + " of "
                    + study.traits().traits().size() + " traits, spread over the list: " + names(traits)
                    + "; name traits to have them asked about");
        }
        if (!placebos.isEmpty()) {
            notes.add("personas: "
                    + PromptLengths.told(tokens(study, traits, wording), tokens(study, placebos, wording)));
        }
        List<Panel.Gain> gains = new ArrayList<>();
        for (Trait trait : Stream.concat(traits.stream(), placebos.stream()).toList()) {
            AuditException.checkInterrupted();
            String system = trait.fill(wording);
            double[] nll = study.capture(
                            "likelihood under " + trait.name(), rows, system, CapturePlan.likelihood(List.of()))
                    .nll();
            gains.add(Panel.Gain.of(trait.name(), plain, nll));
        }
        return new Panel(PERSONA, gains.subList(0, traits.size()), gains.subList(traits.size(), gains.size()));
    }

    private static int[] tokens(Study study, List<Trait> words, String wording) {
        return words.stream()
                .mapToInt(word -> study.systemTokens(word.fill(wording)))
                .toArray();
    }

    /** What rows gain under steering at the one point of the standard settings; nothing testable where there is no vector. */
    Panel steered(Study study, int[] rows, double[] plain) {
        return ResidualStream.steered(study, false).stream()
                .findFirst()
                .map(point -> steered(study, rows, plain, point, new ArrayList<>()))
                .orElseGet(() -> new Panel("steered", List.of(), List.of()));
    }

    private List<Panel> steered(Study study, int[] rows, double[] plain, List<String> notes) {
        List<Point> points = ResidualStream.steered(study, settings.everyPoint());
        if (points.isEmpty()) {
            notes.add("there is no steering vector at a point of the audit: none was added");
        }
        if (!points.isEmpty() && !study.vectors().placebosAt(points.get(0)).isEmpty()) {
            notes.add("steering vectors: " + study.vectors().promptLengths());
        }
        return points.stream()
                .map(point -> steered(study, rows, plain, point, notes))
                .toList();
    }

    private Panel steered(Study study, int[] rows, double[] plain, Point point, List<String> notes) {
        AuditException.checkInterrupted();
        List<Direction> traits = spread(study.vectors().at(point), STEERED);
        List<Direction> placebos = spread(study.vectors().placebosAt(point), PLACEBOS);
        List<Direction> all = Stream.concat(traits.stream(), placebos.stream()).toList();
        double length = STRENGTH * ResidualStream.medianLength(study, point);
        notes.add("steering vectors of " + traits.size() + " traits were added at " + point + ", all of length "
                + Cells.number(length) + ", " + STRENGTH + " of the median pooled residual stream there");
        double[][] nll = study.steeredNll(
                "likelihood under steering",
                rows,
                all.stream()
                        .<Intervention>map(direction -> new Intervention.Add(point, scaled(direction.vector(), length)))
                        .toList());
        List<Panel.Gain> gains = IntStream.range(0, all.size())
                .mapToObj(i -> Panel.Gain.of(all.get(i).name(), plain, nll[i]))
                .toList();
        return new Panel(
                settings.everyPoint() ? "steered at " + point : "steered",
                gains.subList(0, traits.size()),
                gains.subList(traits.size(), gains.size()));
    }

    /** At most {@code most} of a list, first and last among them, evenly between. */
    static <T> List<T> spread(List<T> list, int most) {
        if (list.size() <= most) {
            return list;
        }
        return IntStream.range(0, most)
                .mapToObj(i -> list.get((int) ((long) i * (list.size() - 1) / Math.max(1, most - 1))))
                .toList();
    }

    private static float[] scaled(float[] vector, double length) {
        double own = Vectors.norm(vector);
        float[] scaled = new float[vector.length];
        for (int j = 0; j < vector.length && own > 0; j++) {
            scaled[j] = (float) (vector[j] * length / own);
        }
        return scaled;
    }

    private static String names(List<Trait> traits) {
        return String.join(", ", traits.stream().map(Trait::name).toList());
    }
}
