package ai.auditor.model;

import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a vector in the residual stream does to the logits of tokens, were it to reach the end unchanged (the "logit lens"): the final norm's
 * gain and the head, without the norm's division, its bias and the cap on logits. Of a layer norm the vector's mean is taken off first.
 */
public final class Unembedding {
    /** What a part of the head, and its products, may take as floats. */
    private static final long CHUNK_BYTES = 64L << 20;

    private final Decoder decoder;
    private final long chunkBytes;

    public Unembedding(Decoder decoder) {
        this(decoder, CHUNK_BYTES);
    }

    Unembedding(Decoder decoder, long chunkBytes) {
        this.decoder = decoder;
        this.chunkBytes = chunkBytes;
    }

    /**
     * What a vector does to one token.
     *
     * @param token its id
     * @param logit what the vector adds to the token's logit, before the norm's division
     */
    public record Moved(int token, float logit) {}

    /**
     * The tokens that a vector moves most.
     *
     * @param raised those with the largest logits, the largest first; of equal ones the smaller id
     * @param lowered those with the smallest logits, the smallest first; of equal ones the smaller id
     */
    public record Readout(List<Moved> raised, List<Moved> lowered) {
        public Readout {
            raised = List.copyOf(raised);
            lowered = List.copyOf(lowered);
        }
    }

    /**
     * Reads vectors out; the head is gone through once, part by part.
     *
     * @param vectors each {@code [d_model]}
     * @param tokens how many tokens are wanted at each end
     */
    public List<Readout> read(float[][] vectors, int tokens) {
        int width = decoder.facts().hiddenSize();
        for (float[] vector : vectors) {
            if (vector.length != width) {
                throw new IllegalArgumentException("a vector of " + vector.length + " for a model of " + width);
            }
        }
        List<Ends> ends = Arrays.stream(vectors).map(vector -> new Ends(tokens)).toList();
        int most = Math.toIntExact(Math.max(1, chunkBytes / Float.BYTES / width));
        for (int from = 0; from < vectors.length; from += most) {
            int to = Math.min(vectors.length, from + most);
            read(Arrays.copyOfRange(vectors, from, to), ends.subList(from, to));
        }
        return ends.stream().map(Ends::readout).toList();
    }

    private void read(float[][] vectors, List<Ends> ends) {
        int width = decoder.facts().hiddenSize();
        int vocabulary = Math.toIntExact(decoder.weights().head().shape()[0]);
        int step = Math.toIntExact(Math.max(1, chunkBytes / Float.BYTES / Math.max(width, vectors.length)));
        try (Scope scope = decoder.enter();
                Tensor columns = scope.floats(columns(vectors, width), width, vectors.length)) {
            for (int from = 0; from < vocabulary; from += step) {
                int to = Math.min(vocabulary, from + step);
                try (Tensor ids = scope.longs(LongStream.range(from, to).toArray(), 1, to - from);
                        // The embedding of the head's own table: its rows as floats, however they are held.
                        Tensor rows =
                                decoder.kernels().embed(ids, decoder.weights().head());
                        Tensor flat = rows.reshaped(to - from, width);
                        Tensor products = flat.product(columns)) {
                    add(products.toFloats(), from, ends);
                }
            }
        }
    }

    /** The vectors as they come out of the final norm, one a column. */
    private float[] columns(float[][] vectors, int width) {
        float[] gain = decoder.weights().finalNorm().toFloats();
        float[] columns = new float[Math.multiplyExact(width, vectors.length)];
        for (int column = 0; column < vectors.length; column++) {
            double mean = 0;
            if (decoder.facts().family().layerNorms()) {
                for (float value : vectors[column]) {
                    mean += value;
                }
                mean /= width;
            }
            for (int i = 0; i < width; i++) {
                columns[i * vectors.length + column] = (float) ((vectors[column][i] - mean) * gain[i]);
            }
        }
        return columns;
    }

    private static void add(float[] products, int first, List<Ends> ends) {
        int count = ends.size();
        for (int place = 0; place < products.length; place++) {
            ends.get(place % count).add(first + place / count, products[place]);
        }
    }

    /** The largest and the smallest logits of one vector so far; tokens come in ascending order. */
    private static final class Ends {
        private final int most;
        private final List<Moved> raised = new ArrayList<>();
        private final List<Moved> lowered = new ArrayList<>();

        Ends(int most) {
            this.most = most;
        }

        void add(int token, float logit) {
            put(raised, token, logit, 1);
            put(lowered, token, logit, -1);
        }

        private void put(List<Moved> list, int token, float logit, int sign) {
            int place = list.size();
            while (place > 0 && sign * logit > sign * list.get(place - 1).logit()) {
                place--;
            }
            if (place < most) {
                list.add(place, new Moved(token, logit));
                if (list.size() > most) {
                    list.remove(most);
                }
            }
        }

        Readout readout() {
            return new Readout(raised, lowered);
        }
    }
}
