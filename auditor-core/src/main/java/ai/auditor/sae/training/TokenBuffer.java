package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.Shuffle;
import ai.auditor.data.Sha256;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Batches of states, mixed in a buffer of bounded size as SAELens mixes them: filled up, shuffled, half of it served, filled up again.
 * Units come in another order each epoch. What is in the buffer after any number of batches follows from the seed alone, so that a
 * resumed training reads those units again and no others.
 */
final class TokenBuffer {
    /** Tokens that are read at once: enough for full batches of the model. */
    private static final int CHUNK = 16_384;

    private final States states;
    private final int width;
    private final int batch;
    private final int size;
    private final boolean mixed;
    private final long total;
    private final long seed;
    private final Chunks chunks;
    private final float[] store;
    /** Which chunk a slot's token is of, and which token of the chunk it is. */
    private final int[] chunkAt;

    private final int[] tokenAt;
    private final int[] free;
    private final int[] live;
    private final Map<Integer, int[]> skipped = new TreeMap<>();
    private int freeCount;
    private int liveCount;
    private int[] serving = {};
    private int served;
    private long fed;
    private int fillings;
    private boolean reading = true;

    TokenBuffer(States states, SaePlan plan) {
        this.states = states;
        this.width = states.width();
        this.batch = plan.batch();
        this.mixed = plan.buffer() > 0;
        this.size = mixed ? plan.buffer() : batch;
        this.total = (long) plan.steps() * batch;
        this.seed = plan.seed();
        this.chunks = new Chunks(states, Math.max(1, Math.min(CHUNK, size / 2)), seed, mixed);
        int capacity = (int) Math.min(total, (long) size + chunks.largest());
        this.store = room(capacity, width);
        this.chunkAt = new int[capacity];
        this.tokenAt = new int[capacity];
        this.free = new int[capacity];
        this.live = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            free[slot] = capacity - 1 - slot;
        }
        this.freeCount = capacity;
    }

    private static float[] room(int tokens, int width) {
        long floats = (long) tokens * width;
        try {
            if (floats <= Integer.MAX_VALUE - 8) {
                return new float[(int) floats];
            }
        } catch (OutOfMemoryError tooLarge) {
            // Told below.
        }
        throw new AuditException(
                AuditException.Code.USAGE,
                "a buffer of " + tokens + " tokens of " + width + " numbers does not fit into memory: lower the batch");
    }

    /** The next batch, {@code [batch * width]}. */
    float[] next() {
        float[] values = new float[batch * width];
        int[] slots = nextSlots();
        for (int i = 0; i < batch; i++) {
            System.arraycopy(store, slots[i] * width, values, i * width, width);
        }
        return values;
    }

    /** Leaves out batches without reading what is not in the buffer behind them. */
    void skip(int batches) {
        reading = false;
        for (int i = 0; i < batches; i++) {
            nextSlots();
        }
        reading = true;
        Map<Integer, int[]> wanted = new TreeMap<>();
        for (int i = served; i < serving.length; i++) {
            want(wanted, serving[i]);
        }
        for (int i = 0; i < liveCount; i++) {
            want(wanted, live[i]);
        }
        wanted.forEach((chunk, slots) -> read(skipped.getOrDefault(chunk, new int[0]), slots));
        skipped.clear();
    }

    private void want(Map<Integer, int[]> wanted, int slot) {
        int[] units = skipped.get(chunkAt[slot]);
        if (units != null) {
            wanted.computeIfAbsent(chunkAt[slot], chunk -> {
                int[] none = new int[chunks.tokens(units)];
                Arrays.fill(none, -1);
                return none;
            })[tokenAt[slot]] = slot;
        }
    }

    /** Mean length of the states of the first filling; to be asked for before the first batch. */
    double meanLength() {
        fill();
        double sum = 0;
        for (int i = 0; i < liveCount; i++) {
            double square = 0;
            for (int j = live[i] * width; j < (live[i] + 1) * width; j++) {
                square += (double) store[j] * store[j];
            }
            sum += Math.sqrt(square);
        }
        return sum / Math.max(1, liveCount);
    }

    private int[] nextSlots() {
        if (served == serving.length) {
            refill();
        }
        int[] slots = Arrays.copyOfRange(serving, served, served + batch);
        served += batch;
        for (int slot : slots) {
            free[freeCount++] = slot;
        }
        return slots;
    }

    private void refill() {
        fill();
        if (mixed) {
            Shuffle.whole(live, liveCount, random(seed, "filling", fillings));
        }
        fillings++;
        int kept = mixed && fed < total ? size / 2 : 0;
        int batches = Math.max(1, (liveCount - kept) / batch);
        serving = Arrays.copyOf(live, batches * batch);
        served = 0;
        System.arraycopy(live, serving.length, live, 0, liveCount - serving.length);
        liveCount -= serving.length;
    }

    private void fill() {
        while (liveCount < size && fed < total) {
            AuditException.checkInterrupted();
            int[] units = chunks.next();
            int count = (int) Math.min(chunks.tokens(units), total - fed);
            int[] slots = new int[chunks.tokens(units)];
            Arrays.fill(slots, -1);
            for (int token = 0; token < count; token++) {
                int slot = free[--freeCount];
                slots[token] = slot;
                chunkAt[slot] = chunks.count();
                tokenAt[slot] = token;
                live[liveCount++] = slot;
            }
            fed += count;
            if (reading) {
                read(units, slots);
            } else {
                skipped.put(chunks.count(), units);
            }
        }
    }

    private void read(int[] units, int[] slots) {
        int[] first = new int[units.length];
        for (int i = 1; i < units.length; i++) {
            first[i] = first[i - 1] + states.tokens(units[i - 1]);
        }
        states.read(units, (place, token, values, from) -> {
            int slot = slots[first[place] + token];
            if (slot >= 0) {
                System.arraycopy(values, from, store, slot * width, width);
            }
        });
    }

    /** Random numbers of one of many fillings or epochs. */
    static SplittableRandom random(long seed, String what, int number) {
        return new SplittableRandom(Sha256.seed(seed, what + " " + number));
    }

    /** Units epoch by epoch, so many tokens at a time. */
    private static final class Chunks {
        private final States states;
        private final int wanted;
        private final long seed;
        private final boolean shuffled;
        private int[] order = {};
        private int next;
        private int epoch;
        private int count;

        Chunks(States states, int wanted, long seed, boolean shuffled) {
            this.states = states;
            this.wanted = wanted;
            this.seed = seed;
            this.shuffled = shuffled;
        }

        /** Tokens of a chunk at most. */
        long largest() {
            long largest = 0;
            long all = 0;
            for (int unit = 0; unit < states.units(); unit++) {
                largest = Math.max(largest, states.tokens(unit));
                all += states.tokens(unit);
            }
            if (all == 0) {
                throw new AuditException(
                        AuditException.Code.NOTHING_TO_AUDIT,
                        "no row has a second token: there is nothing to train on");
            }
            return wanted + largest;
        }

        int[] next() {
            List<Integer> units = new ArrayList<>();
            long tokens = 0;
            while (tokens < wanted) {
                if (next == order.length) {
                    if (!units.isEmpty()) {
                        break;
                    }
                    begin();
                }
                int unit = order[next++];
                if (states.tokens(unit) > 0) {
                    units.add(unit);
                    tokens += states.tokens(unit);
                }
            }
            count++;
            return units.stream().mapToInt(Integer::intValue).toArray();
        }

        private void begin() {
            order = new int[states.units()];
            Arrays.setAll(order, unit -> unit);
            if (shuffled) {
                Shuffle.whole(order, random(seed, "epoch", epoch));
            }
            epoch++;
            next = 0;
        }

        int count() {
            return count;
        }

        int tokens(int[] units) {
            int tokens = 0;
            for (int unit : units) {
                tokens += states.tokens(unit);
            }
            return tokens;
        }
    }
}
