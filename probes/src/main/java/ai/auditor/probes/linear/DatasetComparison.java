package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance.Source;
import ai.auditor.audit.Tool;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.capture.SelfCheck;
import ai.auditor.data.Dataset;
import ai.auditor.data.Sha256;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.linear.ClassComparison.Outcome;
import ai.auditor.probes.shortcut.FeatureTable;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Matrix;
import ai.auditor.text.TokenizedDataset;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far several datasets can be told apart, from a control and from each other, by one linear probe of as many classes. It describes and decides
 * nothing: a difference names no trait, and a verdict is an audit's.
 *
 * @param datasets the control, then the candidates
 * @param design how their rows came together
 * @param accuracy share of held-out rows that the probe gave to their dataset; chance is one in as many as there are datasets
 * @param baselineAccuracy the same of format and length alone
 * @param confusion share of each dataset's held-out rows that the probe gave to each, {@code [datasets][datasets]}
 * @param rest each dataset against all others, {@code [datasets]}
 * @param pairs every two datasets, the one that was named first first
 * @param smallestRestP the smallest p that the permutations can give a dataset
 * @param smallestPairP the smallest p that the exchanges can give a pair
 * @param probes what was chosen for each part, inside the other
 * @param baselines the same of format and length alone
 * @param notes what a reader has to know
 * @param provenance what it was made of and how
 */
public record DatasetComparison(
        List<Source> datasets,
        Design design,
        Estimate accuracy,
        Estimate baselineAccuracy,
        List<List<Double>> confusion,
        List<Separation> rest,
        List<Pair> pairs,
        double smallestRestP,
        double smallestPairP,
        List<Choice> probes,
        List<Choice> baselines,
        List<String> notes,
        Provenance provenance) {
    /** With fewer candidates an audit says more. */
    private static final int FEWEST_CANDIDATES = 2;

    /** With more the pairs are so many that hardly a p survives them. */
    private static final int MOST_CANDIDATES = 20;

    public DatasetComparison {
        datasets = List.copyOf(datasets);
        confusion = confusion.stream().map(List::copyOf).toList();
        rest = List.copyOf(rest);
        pairs = List.copyOf(pairs);
        probes = List.copyOf(probes);
        baselines = List.copyOf(baselines);
        notes = List.copyOf(notes);
    }

    /**
     * How rows came together.
     *
     * @param prompts that all datasets answer
     * @param rows of each dataset that took part
     * @param sampledFrom rows of each that there were before a sample was taken
     * @param groups prompts that took part, or rows of each where prompts are too few to group by
     * @param groupedByPrompt whether rows of one prompt were kept together
     * @param repeated of the rows of each, those whose answer another dataset gave to the same prompt too
     */
    public record Design(int prompts, int rows, int sampledFrom, int groups, boolean groupedByPrompt, int repeated) {}

    /**
     * How far rows of a dataset are told from others.
     *
     * @param auroc of held-out scores, a row
     * @param baseline AUROC of format and length alone
     * @param p that what format and length leave of the scores is higher in the dataset: of a pair, family-wise over all pairs; against the rest, over
     *     all datasets and only if all were made alike, so that a dataset may stand out because another does
     */
    public record Separation(Estimate auroc, double baseline, double p) {}

    /** Two datasets, by their places in {@link #datasets}. */
    public record Pair(int first, int second, Separation separation) {}

    /**
     * A regression that was chosen.
     *
     * @param inputs a point, or what else it was given
     * @param penalty of its squared weights, the inverse of C in scikit-learn
     * @param logProbability mean log-probability of the true dataset of the rows by which it was chosen, in nats
     */
    public record Choice(String inputs, double penalty, double logProbability) {}

    /**
     * What went in beside the datasets.
     *
     * @param tool name and version
     * @param created ISO-8601 instant
     * @param model name, digest and facts of the reference model
     * @param reading how the model was given conversations
     * @param seed from content digests
     * @param environment versions, device, threads, points
     */
    public record Provenance(
            String tool,
            String created,
            Map<String, String> model,
            String reading,
            String seed,
            Map<String, String> environment) {
        public Provenance {
            model = Collections.unmodifiableMap(new TreeMap<>(model));
            environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        }
    }

    /**
     * Compares datasets.
     *
     * @param sample prompts to take at most, by digest; 0 takes all
     * @throws AuditException as {@link #requireComparable}; {@code USAGE} for a sample too small, {@code NOTHING_TO_AUDIT} where too few prompts are
     *     answered by all, {@code NUMERIC} where the model's numbers fail their self-check, {@code INTERRUPTED} if the calling thread was interrupted
     */
    public static DatasetComparison of(
            ReferenceModel model,
            TokenizedDataset control,
            List<TokenizedDataset> candidates,
            int sample,
            Progress progress) {
        List<TokenizedDataset> named =
                Stream.concat(Stream.of(control), candidates.stream()).toList();
        requireComparable(named.stream().map(TokenizedDataset::dataset).toList());
        requireSample(sample);
        int[] order = order(named);
        List<TokenizedDataset> ordered =
                IntStream.of(order).mapToObj(named::get).toList();
        Sha256 digest = new Sha256();
        ordered.forEach(one -> digest.text(one.dataset().contentDigest()));
        long seed = digest.seed();
        MatchedBlocks blocks = MatchedBlocks.of(ordered, sample, seed);
        progress.report("checking the model's numbers", 0, 0, "");
        SelfCheck.of(model, blocks.rows());
        List<Point> points = Policy.standard().points(model.facts().layers());
        ActivationTable read = new Capture(model.decoder(), Capture.Settings.of(model.facts()), progress)
                .run(CapturePlan.activations(points, List.of(Pooling.COMPLETION_MEAN)), blocks.tokens());
        Outcome outcome = ClassComparison.of(
                BlockDesign.of(named.size(), blocks.groups(), seed),
                activations(read, points, seed),
                FeatureTable.format(blocks.rows(), blocks.tokens()).values(),
                progress);
        boolean sketched = Sketch.needed(model.facts().hiddenSize());
        return told(named, order, blocks, outcome, sketched, provenance(model, points, sample, seed));
    }

    /**
     * Refuses datasets that are not to be compared.
     *
     * @param datasets the control, then the candidates
     * @throws AuditException {@code USAGE} for too few or too many candidates, and where two hold the same rows
     */
    public static void requireComparable(List<Dataset> datasets) {
        requireCandidates(datasets.size() - 1);
        Map<String, String> names = new HashMap<>();
        for (Dataset dataset : datasets) {
            String known = names.putIfAbsent(dataset.contentDigest(), dataset.name());
            if (known != null) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        Printable.quoted(dataset.name()) + " holds the same rows as " + Printable.quoted(known)
                                + ": there is nothing to tell apart; leave one of them out");
            }
        }
    }

    /**
     * Refuses a number of candidates.
     *
     * @throws AuditException {@code USAGE}
     */
    public static void requireCandidates(int candidates) {
        if (candidates < FEWEST_CANDIDATES || candidates > MOST_CANDIDATES) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "from " + FEWEST_CANDIDATES + " to " + MOST_CANDIDATES + " candidates are compared, not "
                            + candidates + "; one candidate is for \"auditor audit\"");
        }
    }

    /**
     * Refuses a sample that is too small.
     *
     * @param sample prompts to take at most; 0 takes all
     * @throws AuditException {@code USAGE}
     */
    public static void requireSample(int sample) {
        if (sample != 0 && sample < MatchedBlocks.FEWEST) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "a sample of " + sample + " prompts is too small: take 0 for all, or " + MatchedBlocks.FEWEST
                            + " or more");
        }
    }

    /** Places of the datasets in the order of their contents, in which they are worked on: that in which they were named moves no digit. */
    private static int[] order(List<TokenizedDataset> named) {
        return IntStream.range(0, named.size())
                .boxed()
                .sorted(Comparator.comparing(place -> named.get(place).dataset().contentDigest()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static List<Inputs.Activations> activations(ActivationTable read, List<Point> points, long seed) {
        List<Inputs.Activations> activations = new ArrayList<>();
        for (Point point : points) {
            Matrix values = Sketch.of(read.activations(point, Pooling.COMPLETION_MEAN), seed);
            activations.add(new Inputs.Activations(point.toString(), values));
        }
        return activations;
    }

    private static DatasetComparison told(
            List<TokenizedDataset> named,
            int[] order,
            MatchedBlocks blocks,
            Outcome outcome,
            boolean sketched,
            Provenance provenance) {
        int classes = order.length;
        int[] number = new int[classes];
        for (int c = 0; c < classes; c++) {
            number[order[c]] = c;
        }
        Map<List<Integer>, Separation> separations = new HashMap<>();
        outcome.pairs().forEach(pair -> separations.put(List.of(pair.first(), pair.second()), pair.separation()));
        List<Pair> pairs = new ArrayList<>();
        for (int first = 0; first < classes; first++) {
            for (int second = first + 1; second < classes; second++) {
                List<Integer> key =
                        List.of(Math.min(number[first], number[second]), Math.max(number[first], number[second]));
                pairs.add(new Pair(first, second, Objects.requireNonNull(separations.get(key))));
            }
        }
        Design design = new Design(
                blocks.prompts(),
                blocks.blocks(),
                blocks.available(),
                (int) IntStream.of(blocks.groups()).distinct().count(),
                blocks.grouped(),
                blocks.repeated());
        return new DatasetComparison(
                named.stream().map(Source::of).toList(),
                design,
                outcome.accuracy(),
                outcome.baseline(),
                IntStream.of(number)
                        .mapToObj(truth -> IntStream.of(number)
                                .mapToObj(taken -> outcome.confusion()[truth][taken])
                                .toList())
                        .toList(),
                IntStream.of(number).mapToObj(outcome.rest()::get).toList(),
                pairs,
                ClassComparison.smallestRestP(),
                outcome.smallestPairP(),
                outcome.probes(),
                outcome.baselines(),
                ComparisonNotes.of(design, sketched, outcome.shortOfRows()),
                provenance);
    }

    private static Provenance provenance(ReferenceModel model, List<Point> points, int sample, long seed) {
        return new Provenance(
                Tool.NAME,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                model.description(),
                model.encoder().reading().toString(),
                Long.toHexString(seed),
                Map.of(
                        "device", model.options().device().toString(),
                        "java", System.getProperty("java.version", "unknown"),
                        "os", System.getProperty("os.name", "unknown") + " " + System.getProperty("os.arch", "unknown"),
                        "points", points.toString(),
                        "pooling", Pooling.COMPLETION_MEAN.toString(),
                        "promptSample", Integer.toString(sample),
                        "threads", Integer.toString(model.threads())));
    }
}
