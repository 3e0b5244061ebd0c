package ai.auditor.sae.features;

import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.stats.Exchanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Rows of features drawn from a seed, of many sizes and frequencies, with what a test wants planted in the candidate.
 *
 * @param paired whether rows 2i and 2i+1 are a pair; else all candidates stand first
 */
record SyntheticFeatures(FeatureTable table, int[] groups, boolean paired, Exchanges exchanges) {
    static final int FEATURES = 300;
    static final int PROMOTED = 10;
    static final int NEW = 270;
    private static final int EXCHANGES = 499;

    /**
     * Draws rows.
     *
     * @param strength of what is planted: feature 10 to 14 are active more often, 270 to 299 in the candidate alone; 0 for nothing, and tails
     *     that are heavy, which tests of means must bear
     */
    static SyntheticFeatures of(int candidates, int controls, boolean paired, double strength, long seed) {
        int rows = candidates + controls;
        boolean[] candidate = new boolean[rows];
        int[] groups = new int[rows];
        int[] part = new int[rows];
        Random random = new Random(seed);
        List<RowFeatures> all = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            candidate[row] = paired ? row % 2 == 0 : row < candidates;
            groups[row] = paired ? row / 2 : row;
            all.add(row(random, candidate[row] ? strength : 0, strength > 0 ? 0.6 : 1.5));
        }
        Exchanges exchanges = paired
                ? Exchanges.ofPairs(candidates, EXCHANGES, seed)
                : Exchanges.ofRows(candidate, part, EXCHANGES, seed);
        return new SyntheticFeatures(FeatureTable.of(FEATURES, all), groups, paired, exchanges);
    }

    private static RowFeatures row(Random random, double strength, double tail) {
        int[] features = new int[FEATURES];
        float[] means = new float[FEATURES];
        int count = 0;
        for (int feature = 0; feature < FEATURES; feature++) {
            double often = feature >= NEW ? 0 : 0.4 * Math.pow(0.98, feature);
            boolean planted = feature >= PROMOTED && feature < PROMOTED + 5;
            boolean fresh = feature >= NEW;
            double chance = planted ? often + strength * (1 - often) : fresh ? strength / 4 : often;
            if (random.nextDouble() < chance) {
                features[count] = feature;
                means[count++] = (float) Math.exp(tail * random.nextGaussian());
            }
        }
        int[] kept = Arrays.copyOf(features, count);
        float[] values = Arrays.copyOf(means, count);
        return new RowFeatures(
                kept, values, values, new int[count], 10, count + 3 * strength, 1 + random.nextDouble() + strength);
    }

    FeatureStudy study(int swaps, long seed) {
        return FeatureStudy.of(table, groups, paired, exchanges, swaps, 100, seed);
    }
}
