package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.tensor.Tensor;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes with a decoder: many prompts at once, equal ones read once, each row by random numbers of its own. What is written does not
 * depend on the order of the prompts; what else is in the batch changes logits by rounding only (about 1e-6).
 */
public final class Generator {
    /** More rows at once are hardly faster. */
    private static final int MOST_ROWS = 256;
    /** What rows of a batch may take in keys, values and logits. */
    private static final long MOST_BYTES = 256L << 20;
    /** Rows that have ended leave the batch when they are this share of it: leaving copies what the others keep. */
    private static final double ENDED_SHARE = 0.25;
    /** Most tokens of a batch of prompts that are only read. */
    private static final int READ_TOKENS = 2048;

    private final Decoder decoder;
    private final Progress progress;

    public Generator(Decoder decoder, Progress progress) {
        this.decoder = decoder;
        this.progress = progress;
    }

    /**
     * Goes on with each prompt.
     *
     * @param prompts token ids, with the header of the answer; the same prompt again is another sample of its answers
     * @param interventions done while reading and writing; what is written is completion
     * @return in the order of the prompts
     * @throws AuditException {@code DATA} where a prompt is empty, leaves no room in the model's context or has an unknown token,
     *     {@code USAGE} where an intervention does not fit the model, {@code NUMERIC} where its logits are not finite,
     *     {@code INTERRUPTED} where the thread was interrupted
     */
    public List<Continuation> write(List<int[]> prompts, Decoding decoding, List<Intervention> interventions) {
        return written(prompts, decoding, interventions, null);
    }

    /**
     * As {@link #write(List, Decoding, List)}, held to a form.
     *
     * @throws AuditException as there, and {@code USAGE} where the form allows no token, or one that is none of the model's
     */
    public List<Continuation> write(
            List<int[]> prompts, Decoding decoding, List<Intervention> interventions, TokenConstraint constraint) {
        return written(prompts, decoding, interventions, constraint);
    }

    private List<Continuation> written(
            List<int[]> prompts,
            Decoding decoding,
            List<Intervention> interventions,
            @Nullable TokenConstraint constraint) {
        check(prompts, interventions);
        List<Answer> answers = answers(prompts, decoding);
        List<Answer> ordered = answers.stream()
                .sorted(Comparator.comparing(Answer::prompt, Generator::longestFirst)
                        .thenComparingInt(Answer::repeat))
                .toList();
        Writer writer = new Writer(decoding, interventions, constraint);
        progress.report("writing", 0, prompts.size(), "answers");
        for (int start = 0; start < ordered.size(); ) {
            int rows = rowsAtOnce(ordered.get(start).prompt().length, decoding.maxTokens());
            int end = Math.min(ordered.size(), start + rows);
            writer.write(ordered.subList(start, end));
            start = end;
            progress.report("writing", end, prompts.size(), "answers");
        }
        return answers.stream().map(Answer::continuation).toList();
    }

    /**
     * The exact log-probability of tokens as the next one after each prompt, in nats.
     *
     * @param tokens ids to tell of
     * @return {@code [prompts][tokens]}
     * @throws AuditException as {@link #write}, and {@code USAGE} where a token is none of the model's
     */
    public double[][] nextTokenLogProbabilities(List<int[]> prompts, int[] tokens, List<Intervention> interventions) {
        check(prompts, interventions);
        requireKnown(tokens, "the list of tokens to tell of");
        double[][] result = new double[prompts.size()][];
        List<Integer> order = longestFirst(prompts);
        for (int start = 0; start < order.size(); ) {
            AuditException.checkInterrupted();
            int longest = prompts.get(order.get(start)).length;
            int rows = Math.max(1, Math.min(rowsAtOnce(longest, 1), READ_TOKENS / longest));
            List<Integer> batch = order.subList(start, Math.min(order.size(), start + rows));
            float[] logits = lastLogits(batch.stream().map(prompts::get).toList(), interventions);
            for (int row = 0; row < batch.size(); row++) {
                result[batch.get(row)] = logProbabilities(logits, row, tokens);
            }
            start += batch.size();
        }
        return result;
    }

    /**
     * The exact log-probability of each text of a tree behind each prompt, in nats; what several texts begin with is read once.
     *
     * @return of each text, {@code [prompts]}
     * @throws AuditException as {@link #nextTokenLogProbabilities}
     */
    Map<List<Integer>, double[]> logProbabilities(
            List<int[]> prompts, ContinuationTree tree, List<Intervention> interventions) {
        check(prompts, interventions);
        requireKnown(tree.tokens(), "a text to tell of");
        Map<List<Integer>, double[]> result = tree.places(prompts.size());
        List<Integer> order = longestFirst(prompts);
        for (int start = 0; start < order.size(); ) {
            AuditException.checkInterrupted();
            int longest = prompts.get(order.get(start)).length;
            requireRoom(longest, tree, order.get(start));
            int rows = Math.max(1, Math.min(rowsAtOnce(longest, tree.depth()) / tree.width(), READ_TOKENS / longest));
            List<Integer> batch = order.subList(start, Math.min(order.size(), start + rows));
            List<int[]> texts = batch.stream().map(prompts::get).toList();
            try (CachedPass pass = new CachedPass(decoder, texts, tree.depth() - 1, interventions)) {
                tree.read(pass, batch, this::logProbabilities, result);
            }
            start += batch.size();
        }
        return result;
    }

    private void requireRoom(int longest, ContinuationTree tree, int index) {
        int most = decoder.facts().maxPositions();
        if (longest + tree.depth() > most) {
            throw bad(
                    index,
                    "has " + longest + " tokens, and leaves no room for " + tree.depth() + " more in the " + most
                            + " that the model reads");
        }
    }

    private static List<Integer> longestFirst(List<int[]> prompts) {
        return IntStream.range(0, prompts.size())
                .boxed()
                .sorted(Comparator.comparing(prompts::get, Generator::longestFirst))
                .toList();
    }

    private float[] lastLogits(List<int[]> prompts, List<Intervention> interventions) {
        TokenBatch batch = TokenBatch.prompts(prompts);
        try (ForwardPass pass = decoder.open(batch)) {
            Tensor last = pass.run(pass.embeddings(), 0, decoder.facts().layers() - 1, interventions);
            return pass.logits(pass.normed(last, batch.promptEnds(), false)).toFloats();
        }
    }

    private double[] logProbabilities(float[] logits, int row, int[] tokens) {
        int vocabulary = decoder.facts().vocabularySize();
        int start = row * vocabulary;
        double highest = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < vocabulary; id++) {
            highest = Math.max(highest, logits[start + id]);
        }
        double sum = 0;
        for (int id = 0; id < vocabulary; id++) {
            sum += StrictMath.exp(logits[start + id] - highest);
        }
        double whole = highest + StrictMath.log(sum);
        if (!Double.isFinite(whole)) {
            throw Sampler.notFinite();
        }
        return IntStream.of(tokens)
                .mapToDouble(id -> logits[start + id] - whole)
                .toArray();
    }

    private void check(List<int[]> prompts, List<Intervention> interventions) {
        decoder.requireWhole();
        decoder.require(interventions);
        ModelFacts facts = decoder.facts();
        for (int index = 0; index < prompts.size(); index++) {
            int[] prompt = prompts.get(index);
            if (prompt.length == 0) {
                throw bad(index, "is empty: a model writes behind one token or more");
            }
            if (prompt.length >= facts.maxPositions()) {
                throw bad(
                        index,
                        "has " + prompt.length + " tokens, and leaves no room in the " + facts.maxPositions()
                                + " that the model reads");
            }
            for (int id : prompt) {
                if (id < 0 || id >= facts.vocabularySize()) {
                    throw bad(index, "has token " + id + ", the model knows 0 to " + (facts.vocabularySize() - 1));
                }
            }
        }
    }

    private void requireKnown(int[] tokens, String where) {
        int vocabulary = decoder.facts().vocabularySize();
        for (int id : tokens) {
            if (id < 0 || id >= vocabulary) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        where + " has token " + id + ", the model knows 0 to " + (vocabulary - 1));
            }
        }
    }

    private static AuditException bad(int index, String reason) {
        return new AuditException(AuditException.Code.DATA, "prompt " + index + " " + reason);
    }

    private int rowsAtOnce(int longest, int maxTokens) {
        ModelFacts facts = decoder.facts();
        long slots = longest + (long) Math.min(maxTokens, facts.maxPositions());
        long kept = slots * facts.layers() * 2 * facts.keyValueHeads() * facts.headDimension();
        long bytes = Float.BYTES * (kept + facts.vocabularySize());
        return (int) Math.max(1, Math.min(MOST_ROWS, MOST_BYTES / bytes));
    }

    private static int longestFirst(int[] one, int[] other) {
        int byLength = Integer.compare(other.length, one.length);
        return byLength == 0 ? Arrays.compare(one, other) : byLength;
    }

    private List<Answer> answers(List<int[]> prompts, Decoding decoding) {
        Map<IntBuffer, Integer> times = new HashMap<>();
        List<Answer> answers = new ArrayList<>(prompts.size());
        for (int[] prompt : prompts) {
            int repeat = times.merge(IntBuffer.wrap(prompt), 1, Integer::sum) - 1;
            int room = Math.min(decoding.maxTokens(), decoder.facts().maxPositions() - prompt.length);
            answers.add(new Answer(prompt, repeat, room, decoding.seed()));
        }
        return answers;
    }

    private final class Writer {
        private final Decoding decoding;
        private final Sampler sampler;
        private final List<Intervention> interventions;
        private final @Nullable TokenConstraint constraint;

        Writer(Decoding decoding, List<Intervention> interventions, @Nullable TokenConstraint constraint) {
            this.decoding = decoding;
            this.sampler = new Sampler(decoding);
            this.interventions = List.copyOf(interventions);
            this.constraint = constraint;
        }

        void write(List<Answer> answers) {
            Map<IntBuffer, Integer> places = new LinkedHashMap<>();
            int[] place = answers.stream()
                    .mapToInt(answer -> {
                        IntBuffer prompt = IntBuffer.wrap(answer.prompt());
                        places.putIfAbsent(prompt, places.size());
                        return places.getOrDefault(prompt, 0);
                    })
                    .toArray();
            List<int[]> unique = places.keySet().stream().map(IntBuffer::array).toList();
            int room = answers.stream().mapToInt(Answer::room).max().orElseThrow();
            try (CachedPass pass = new CachedPass(decoder, unique, room, interventions)) {
                if (unique.size() < answers.size()) {
                    pass.select(place);
                }
                write(pass, answers);
            }
        }

        /**
         * Writes until every answer has ended.
         *
         * @param answers in the order of the pass; one that has ended keeps its place until several leave
         */
        private void write(CachedPass pass, List<Answer> answers) {
            List<Answer> places = answers;
            while (true) {
                AuditException.checkInterrupted();
                choose(pass.logits(), places);
                int[] going = going(places);
                if (going.length == 0) {
                    return;
                }
                if (going.length <= places.size() * (1 - ENDED_SHARE)) {
                    pass.select(going);
                    places = IntStream.of(going).mapToObj(places::get).toList();
                }
                pass.step(places.stream().mapToLong(Answer::last).toArray());
            }
        }

        private void choose(float[] logits, List<Answer> places) {
            int vocabulary = decoder.facts().vocabularySize();
            for (int place = 0; place < places.size(); place++) {
                Answer answer = places.get(place);
                if (!answer.ended()) {
                    int[] allowed = allowed(answer);
                    int token = sampler.choose(logits, place * vocabulary, vocabulary, allowed, answer.random());
                    answer.take(token, decoding.stopTokens());
                }
            }
        }

        private int @Nullable [] allowed(Answer answer) {
            if (constraint == null) {
                return null;
            }
            int[] allowed = constraint.allowed(answer.written());
            if (allowed.length == 0) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "the form of the answer allows no token behind "
                                + answer.written().remaining() + " tokens; it must allow one or more");
            }
            requireKnown(allowed, "the form of the answer");
            return allowed;
        }

        private static int[] going(List<Answer> places) {
            return IntStream.range(0, places.size())
                    .filter(place -> !places.get(place).ended())
                    .toArray();
        }
    }
}
