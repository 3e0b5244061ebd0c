package ai.auditor.probes.linear;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Provenance;
import ai.auditor.audit.Provenance.Source;
import ai.auditor.capture.ActivationTable;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.capture.Pooling;
import ai.auditor.capture.SelfCheck;
import ai.auditor.data.BadRow;
import ai.auditor.data.BadRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.Row;
import ai.auditor.data.Sha256;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.linear.ClassComparison.Outcome;
import ai.auditor.probes.shortcut.FeatureTable;
import ai.auditor.stats.Estimate;
import ai.auditor.stats.Matrix;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far several datasets can be told apart, from a control and from each other, by one linear probe of as many classes. It describes and decides
 * nothing: a difference names no trait, and a verdict is an audit's.
 *
 * @param design how their rows came together
 * @param accuracy share of held-out rows that the probe gave to their dataset; chance is one in as many as there are datasets
 * @param baselineAccuracy the same of format and length alone
 * @param confusion share of each of the {@link #datasets}' held-out rows that the probe gave to each, {@code [datasets][datasets]}
 * @param rest each dataset against all others, {@code [datasets]}
 * @param pairs every two datasets, the one that was named first first
 * @param smallestRestP the smallest p that the permutations can give a dataset
 * @param smallestPairP the smallest p that the exchanges can give a pair
 * @param probes what was chosen for each part, inside the other
 * @param baselines the same of format and length alone
 * @param notes what a reader has to know
 * @param badRows a sample of the bad rows, named
 * @param longRows a sample of the rows over the model's context, named
 * @param provenance what it was made of and how
 */
public record DatasetComparison(
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
        List<BadRow> badRows,
        List<BadRow> longRows,
        Provenance provenance) {
    /** With fewer candidates an audit says more. */
    private static final int FEWEST_CANDIDATES = 2;

    /** With more the pairs are so many that hardly a p survives them. */
    private static final int MOST_CANDIDATES = 20;

    public DatasetComparison {
        confusion = confusion.stream().map(List::copyOf).toList();
        rest = List.copyOf(rest);
        pairs = List.copyOf(pairs);
        probes = List.copyOf(probes);
        baselines = List.copyOf(baselines);
        notes = List.copyOf(notes);
        badRows = List.copyOf(badRows);
        longRows = List.copyOf(longRows);
    }

    /** The control, then the candidates as they were named: all that is told of datasets is in this order. */
    public List<Source> datasets() {
        return Stream.concat(provenance.controls().stream(), provenance.candidates().stream())
                .toList();
    }

    /**
     * What takes part.
     *
     * @param sample prompts to take at most, by digest; 0 takes all
     * @param longRows what is done with rows over the model's context
     * @param maxBadRows share of a dataset's rows that may be bad
     */
    public record Options(int sample, LongRows longRows, double maxBadRows) {
        /**
         * Checks the sample.
         *
         * @throws AuditException {@code USAGE} for one that is too small
         */
        public Options {
            if (sample != 0 && sample < MatchedBlocks.FEWEST) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "a sample of " + sample + " prompts is too small: take 0 for all, or " + MatchedBlocks.FEWEST
                                + " or more");
            }
        }

        /** As an audit has them unless told otherwise. */
        public static Options standard() {
            return new Options(0, LongRows.LEAVE_OUT, BadRows.USUAL_SHARE);
        }
    }

    /**
     * How rows came together.
     *
     * @param prompts that all datasets answer
     * @param promptsOfEach prompts that each dataset answers, {@code [datasets]}
     * @param rows of each dataset that took part
     * @param sampledFrom rows of each that there were before a sample was taken
     * @param groups prompts that took part, or rows of each where prompts are too few to group by
     * @param groupedByPrompt whether rows of one prompt were kept together
     * @param repeated of the rows of each, those whose answer another dataset gave to the same prompt too
     */
    public record Design(
            int prompts,
            List<Integer> promptsOfEach,
            int rows,
            int sampledFrom,
            int groups,
            boolean groupedByPrompt,
            int repeated) {
        public Design {
            promptsOfEach = List.copyOf(promptsOfEach);
        }
    }

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
     * Compares datasets.
     *
     * @throws AuditException as {@link #requireComparable}; {@code DATA} for too many bad rows, {@code NOTHING_TO_AUDIT} where too few prompts are
     *     answered by all, {@code USAGE} for a model that is not to be read so ({@link ReferenceModel.Options#raw}), {@code NUMERIC} where the model's
     *     numbers fail their self-check, {@code INTERRUPTED} if the calling thread was interrupted
     */
    public static DatasetComparison of(
            ReferenceModel model, Dataset control, List<Dataset> candidates, Options options, Progress progress) {
        List<Dataset> datasets =
                Stream.concat(Stream.of(control), candidates.stream()).toList();
        requireComparable(datasets);
        model.encoder().requireReading(model.options().raw());
        List<TokenizedDataset> named = datasets.stream()
                .map(dataset -> TokenizedDataset.encodeUsable(
                        dataset,
                        model.encoder(),
                        model.facts().maxPositions(),
                        options.longRows(),
                        options.maxBadRows(),
                        progress))
                .toList();
        int[] order = order(datasets);
        List<TokenizedDataset> ordered =
                IntStream.of(order).mapToObj(named::get).toList();
        Sha256 digest = new Sha256();
        ordered.forEach(one -> digest.text(one.dataset().contentDigest()));
        long seed = digest.seed();
        MatchedBlocks blocks = MatchedBlocks.of(ordered, options.sample(), seed);
        progress.report("checking the model's numbers", 0, 0, "");
        SelfCheck selfCheck = SelfCheck.of(model, blocks.rows());
        Policy policy = Policy.standard().toBuilder().rows(options.sample()).build();
        List<Point> points = policy.points(model.facts().layers());
        ActivationTable read = new Capture(model.decoder(), Capture.Settings.of(model.facts()), progress)
                .run(CapturePlan.activations(points, List.of(Pooling.COMPLETION_MEAN)), blocks.tokens());
        Outcome outcome = ClassComparison.of(
                BlockDesign.of(named.size(), blocks.groups(), seed),
                activations(read, points, seed),
                FeatureTable.format(blocks.rows(), blocks.tokens()).values(),
                progress);
        boolean sketched = Sketch.needed(model.facts().hiddenSize());
        return told(
                named, order, blocks, outcome, sketched, provenance(model, named, options, policy, seed, selfCheck));
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

    private static int prompts(TokenizedDataset dataset) {
        return (int) dataset.rows().stream().map(Row::promptDigest).distinct().count();
    }

    /** Places of the datasets in the order of their contents, in which they are worked on: that in which they were named moves no digit. */
    private static int[] order(List<Dataset> named) {
        return IntStream.range(0, named.size())
                .boxed()
                .sorted(Comparator.comparing(place -> named.get(place).contentDigest()))
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
                named.stream().map(DatasetComparison::prompts).toList(),
                blocks.blocks(),
                blocks.available(),
                (int) IntStream.of(blocks.groups()).distinct().count(),
                blocks.grouped(),
                blocks.repeated());
        return new DatasetComparison(
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
                BadRows.sample(named.stream().flatMap(one -> one.badRows().stream())),
                BadRows.sample(named.stream().flatMap(one -> one.namedLongRows().stream())),
                provenance);
    }

    private static Provenance provenance(
            ReferenceModel model,
            List<TokenizedDataset> named,
            Options options,
            Policy policy,
            long seed,
            SelfCheck selfCheck) {
        List<Source> sources = named.stream().map(Source::of).toList();
        return Provenance.of(
                model,
                sources.subList(1, sources.size()),
                sources.subList(0, 1),
                policy,
                seed,
                Map.of(
                        "longRows", options.longRows().toString(),
                        "maxBadRows", Double.toString(options.maxBadRows()),
                        "points", policy.points(model.facts().layers()).toString(),
                        "pooling", Pooling.COMPLETION_MEAN.toString(),
                        "promptSample", Integer.toString(options.sample())),
                Map.of(),
                selfCheck);
    }
}
