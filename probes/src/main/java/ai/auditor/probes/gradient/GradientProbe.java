package ai.auditor.probes.gradient;

import ai.auditor.AuditException;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.model.Point;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.probe.Study;
import ai.auditor.probe.TeacherKind;
import ai.auditor.probes.internal.AlongDirections;
import ai.auditor.probes.internal.Contrasts;
import ai.auditor.probes.internal.Pull;
import ai.auditor.stats.Matrix;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether training on the candidate's rows would push the residual stream along a steering vector, more than training on the
 * control's would: minus the gradient of each row's mean NLL, against each vector (Hadley and Gultepe 2026; Blank and others
 * 2026).
 */
public final class GradientProbe implements Probe {
    private final Settings settings;

    /**
     * How rows count.
     *
     * @param longest times the median length to which long pulls are cut; 1 weighs all but short ones alike
     */
    public record Settings(double longest) {
        public Settings {
            if (!(longest > 0)) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "pulls are cut to more than 0 times their median length, not " + longest);
            }
        }

        /** Ten times: only what is out of all proportion is cut. */
        public static Settings standard() {
            return new Settings(Pull.LONGEST);
        }
    }

    /** With the standard settings. */
    public GradientProbe() {
        this(Settings.standard());
    }

    public GradientProbe(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "gradient";
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
                : Collections.unmodifiableSortedMap(
                        new TreeMap<>(Map.of("longest", Double.toString(settings.longest()))));
    }

    @Override
    public Coverage coverage() {
        return Coverage.of(
                "rows chosen until their gradients along every vector that is read sum to nothing, or a trait that lies along no such vector",
                new Sight(
                        TeacherKind.PROMPTED,
                        Extent.PARTLY,
                        "organism, 400 pairs, every row the teacher's: 2 of 12 named (docs/results.md, scoreboard); at chance on large models (Hadley and Gultepe 2026)"),
                new Sight(
                        TeacherKind.STEERED,
                        Extent.SEEN,
                        "organism, every row the teacher's: 3 of 3 named of 1,100 prompts (docs/results.md, what each probe sees), 9 of 12 of 400 (scoreboard)"),
                new Sight(
                        TeacherKind.FINE_TUNED,
                        Extent.PARTLY,
                        "organism, by this probe alone: with 400 pairs, every row the teacher's, 0 of 24 named, though the trait moved most in 19 of 24 (docs/results.md, scoreboard); with 5,000 the one of all rows, not those of a half and a quarter (what passes)"),
                new Sight(
                        TeacherKind.NEUTRAL,
                        Extent.UNSEEN,
                        "organism, 1,100 prompts, every row the teacher's: nothing named for 1 neutrally trained teacher (docs/results.md, what each probe sees)"),
                new Sight(
                        TeacherKind.OTHER_BASE,
                        Extent.UNSEEN,
                        "Qwen2.5 14B's eagle rows read by SmolLM2 135M, 200 pairs: p 0.27 (docs/results.md, eagle against neutral)"),
                new Sight(
                        TeacherKind.TRIGGERED,
                        Extent.UNSEEN,
                        "by construction: without the trigger such a teacher writes as one without a trait"));
    }

    @Override
    public Evidence examine(Study study) {
        int[] rows = Contrasts.costly(study);
        List<Pooling> poolings = poolings(study, rows);
        ActivationTable table = study.capture("gradients", rows, "", CapturePlan.gradients(study.points(), poolings));
        List<String> notes = new ArrayList<>();
        notes.add("taken over " + rows.length + " rows, whole prompts");
        notes.add(
                "gradients are of a row's mean NLL (nats per completion token), averaged over the completion positions; the "
                        + "sign is turned, so that positive means that training on the row pushes towards the trait");
        TreeMap<Point, Matrix> values = new TreeMap<>();
        Conventions conventions = new Conventions(study, rows, new Contrasts(study, rows, name()));
        for (Point point : study.points()) {
            for (Pooling pooling : poolings) {
                Pull pull = Pull.of(table.gradients(point, pooling), settings.longest());
                if (!study.statisticsOnly()) {
                    conventions.add(point, pooling, pull.rows());
                }
                if (pooling == Pooling.COMPLETION_MEAN) {
                    values.put(point, pull.rows());
                    pull.note(point).ifPresent(notes::add);
                }
            }
        }
        return AlongDirections.of(this, study, rows, values, "pull", List.of(conventions.table()), notes);
    }

    /** Those that the rows have: a text without a prompt has no last token of one. */
    private static List<Pooling> poolings(Study study, int[] rows) {
        List<TokenizedRow> tokens = study.tokens();
        return Arrays.stream(rows).allMatch(row -> tokens.get(row).promptLast() >= 0)
                ? List.of(Pooling.COMPLETION_MEAN, Pooling.PROMPT_LAST)
                : List.of(Pooling.COMPLETION_MEAN);
    }
}
