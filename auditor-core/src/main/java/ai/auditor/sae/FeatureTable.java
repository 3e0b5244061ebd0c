package ai.auditor.sae;

import ai.auditor.capture.Capture;
import ai.auditor.capture.TokenSpan;
import ai.auditor.capture.TokenStates;
import ai.auditor.model.Point;
import ai.auditor.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What the features of an autoencoder say of rows: each row's tokens encoded one by one, then pooled; only what is active is held. */
public final class FeatureTable {
    private final int features;
    private final List<RowFeatures> rows;
    private final Reconstruction reconstruction;

    private FeatureTable(int features, List<RowFeatures> rows, Reconstruction reconstruction) {
        this.features = features;
        this.rows = List.copyOf(rows);
        this.reconstruction = reconstruction;
    }

    /**
     * The features of one row.
     *
     * @param features that are active in one token or more, ascending
     * @param means of each over the row's tokens, those where it is silent included
     * @param peaks largest value of each
     * @param peakTokens position in the row of each peak
     * @param tokens how many tokens were read
     * @param l0 mean number of active features a token
     * @param error mean squared distance of a token from its reconstruction
     */
    public record RowFeatures(
            int[] features, float[] means, float[] peaks, int[] peakTokens, int tokens, double l0, double error) {
        /** Mean of a feature over the row's tokens; 0 where it is silent. */
        public double mean(int feature) {
            int place = Arrays.binarySearch(features, feature);
            return place < 0 ? 0 : means[place];
        }

        /** Whether a feature is active in any token. */
        public boolean active(int feature) {
            return Arrays.binarySearch(features, feature) >= 0;
        }
    }

    /**
     * Reads rows with a model and an autoencoder.
     *
     * @param span which tokens are encoded
     */
    public static FeatureTable of(
            Capture capture, SparseAutoencoder sae, Point point, TokenSpan span, List<TokenizedRow> rows) {
        return of(sae, rows.size(), reader -> capture.stream(point, span, rows, reader));
    }

    /** Shows the states of rows' tokens to a reader, batch by batch. */
    public interface TokenStream {
        /** Shows them all; {@link TokenStates#rows} counts from 0. */
        void to(Consumer<TokenStates> reader);
    }

    /**
     * Encodes what a stream shows.
     *
     * @param rows how many rows there are
     */
    public static FeatureTable of(SparseAutoencoder sae, int rows, TokenStream stream) {
        Builder builder = new Builder(sae.facts(), rows);
        stream.to(tokens -> sae.read(tokens.states(), read -> builder.add(tokens, read)));
        return builder.table();
    }

    /** Of rows that were read before; for tests, and for parts of a table. */
    public static FeatureTable of(int features, List<RowFeatures> rows) {
        return new FeatureTable(features, rows, new Reconstruction(1));
    }

    /** Width of the dictionary. */
    public int features() {
        return features;
    }

    /** One entry a row, in the order in which they were given. */
    public List<RowFeatures> rows() {
        return rows;
    }

    /** Over all tokens that were read. */
    public Reconstruction reconstruction() {
        return reconstruction;
    }

    /** Adds up what is active, row by row. */
    private static final class Builder {
        private final int width;
        private final int features;
        private final Reconstruction reconstruction;
        private final List<Sums> rows = new ArrayList<>();

        Builder(SaeFacts facts, int rows) {
            this.width = facts.inputWidth();
            this.features = facts.features();
            this.reconstruction = new Reconstruction(width);
            for (int row = 0; row < rows; row++) {
                this.rows.add(new Sums());
            }
        }

        void add(TokenStates tokens, SparseAutoencoder.Read read) {
            float[] values = read.features().toFloats();
            float[] states = read.states().toFloats();
            float[] again = read.reconstruction().toFloats();
            int count = states.length / width;
            long active = 0;
            for (int token = 0; token < count; token++) {
                int place = read.first() + token;
                Sums row = rows.get(tokens.rows()[place]);
                active += row.add(values, token * features, features, tokens.positions()[place]);
                double error = 0;
                for (int i = token * width; i < (token + 1) * width; i++) {
                    error += ((double) states[i] - again[i]) * ((double) states[i] - again[i]);
                }
                row.error += error;
            }
            reconstruction.add(states, again, active);
        }

        FeatureTable table() {
            return new FeatureTable(features, rows.stream().map(Sums::row).toList(), reconstruction);
        }
    }

    /** One row as its tokens come by: features in ascending order, merged token by token. */
    private static final class Sums {
        private int[] features = {};
        private double[] sums = {};
        private float[] peaks = {};
        private int[] peakTokens = {};
        private int tokens;
        private long active;
        private double error;

        int add(float[] values, int from, int count, int position) {
            int found = 0;
            for (int j = 0; j < count; j++) {
                found += values[from + j] > 0 ? 1 : 0;
            }
            int[] both = new int[features.length + found];
            double[] bothSums = new double[both.length];
            float[] bothPeaks = new float[both.length];
            int[] bothTokens = new int[both.length];
            int known = 0;
            int next = 0;
            for (int j = 0; j < count; j++) {
                float value = values[from + j];
                if (value > 0) {
                    while (known < features.length && features[known] < j) {
                        both[next] = features[known];
                        bothSums[next] = sums[known];
                        bothPeaks[next] = peaks[known];
                        bothTokens[next++] = peakTokens[known++];
                    }
                    boolean again = known < features.length && features[known] == j;
                    boolean higher = !again || value > peaks[known];
                    both[next] = j;
                    bothSums[next] = value + (again ? sums[known] : 0);
                    bothPeaks[next] = higher ? value : peaks[known];
                    bothTokens[next++] = higher ? position : peakTokens[known];
                    known += again ? 1 : 0;
                }
            }
            int rest = features.length - known;
            System.arraycopy(features, known, both, next, rest);
            System.arraycopy(sums, known, bothSums, next, rest);
            System.arraycopy(peaks, known, bothPeaks, next, rest);
            System.arraycopy(peakTokens, known, bothTokens, next, rest);
            features = Arrays.copyOf(both, next + rest);
            sums = Arrays.copyOf(bothSums, next + rest);
            peaks = Arrays.copyOf(bothPeaks, next + rest);
            peakTokens = Arrays.copyOf(bothTokens, next + rest);
            tokens++;
            active += found;
            return found;
        }

        RowFeatures row() {
            float[] means = new float[sums.length];
            for (int i = 0; i < means.length; i++) {
                means[i] = (float) (sums[i] / tokens);
            }
            int read = Math.max(1, tokens);
            return new RowFeatures(features, means, peaks, peakTokens, tokens, (double) active / read, error / read);
        }
    }
}
