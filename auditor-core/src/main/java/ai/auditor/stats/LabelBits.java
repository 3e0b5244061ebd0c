package ai.auditor.stats;

/** A matrix of bits, one a unit and exchange, that sums weights over set bits for all exchanges at once. */
final class LabelBits {
    private static final int WORD = Long.SIZE;
    private static final int BYTES = WORD / Byte.SIZE;
    private static final int BYTE_VALUES = 1 << Byte.SIZE;

    private final int units;
    private final int count;
    // words[w][b] holds units 64w to 64w+63 of exchange b: the tables of one word serve all exchanges while they are in
    // cache.
    private final long[][] words;

    LabelBits(int units, int count) {
        if (units < 0 || count < 1) {
            throw new IllegalArgumentException(count + " exchanges of " + units + " units");
        }
        this.units = units;
        this.count = count;
        this.words = new long[wordsFor(units)][count];
    }

    static int wordsFor(int units) {
        return (int) (((long) units + WORD - 1) / WORD);
    }

    int units() {
        return units;
    }

    int count() {
        return count;
    }

    /** Sets the bits of one exchange; bits beyond the last unit are dropped. */
    void fill(int exchange, long[] bits) {
        for (int word = 0; word < words.length; word++) {
            words[word][exchange] = bits[word];
        }
        int used = units % WORD;
        if (used != 0) {
            words[words.length - 1][exchange] &= (1L << used) - 1;
        }
    }

    static boolean isSet(long[] bits, int unit) {
        return (bits[unit / WORD] >>> (unit % WORD) & 1) != 0;
    }

    boolean at(int exchange, int unit) {
        return (words[unit / WORD][exchange] >>> (unit % WORD) & 1) != 0;
    }

    /** Sum of the weights of set units under each of the first exchanges, {@code [limit]}. */
    double[] sums(double[] weights, int limit) {
        double[] sums = new double[limit];
        if (limit == 0) {
            return sums;
        }
        double[] tables = new double[BYTES * BYTE_VALUES];
        for (int word = 0; word < words.length; word++) {
            fillTables(weights, word * WORD, tables);
            long[] bits = words[word];
            for (int b = 0; b < limit; b++) {
                long w = bits[b];
                sums[b] += tables[(int) (w & 255)]
                        + tables[256 + (int) (w >>> 8 & 255)]
                        + tables[512 + (int) (w >>> 16 & 255)]
                        + tables[768 + (int) (w >>> 24 & 255)]
                        + tables[1024 + (int) (w >>> 32 & 255)]
                        + tables[1280 + (int) (w >>> 40 & 255)]
                        + tables[1536 + (int) (w >>> 48 & 255)]
                        + tables[1792 + (int) (w >>> 56)];
            }
        }
        return sums;
    }

    /** How many units of the mask are set under each exchange, {@code [count]}. */
    int[] counts(long[] mask) {
        int[] counts = new int[count];
        for (int word = 0; word < words.length; word++) {
            for (int b = 0; b < count; b++) {
                counts[b] += Long.bitCount(words[word][b] & mask[word]);
            }
        }
        return counts;
    }

    static void set(long[] bits, int unit) {
        bits[unit / WORD] |= 1L << (unit % WORD);
    }

    /** For each byte of a word, the sum of the weights of its set bits for all 256 values. */
    private void fillTables(double[] weights, int first, double[] tables) {
        for (int octet = 0; octet < BYTES; octet++) {
            int base = octet * BYTE_VALUES;
            for (int value = 1; value < BYTE_VALUES; value++) {
                int unit = first + octet * Byte.SIZE + Integer.numberOfTrailingZeros(value);
                tables[base + value] = tables[base + (value & (value - 1))] + (unit < units ? weights[unit] : 0);
            }
        }
    }
}
