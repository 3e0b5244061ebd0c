package ai.auditor.model;

import ai.auditor.data.Sha256;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;

/** One row that is being written. */
final class Answer {
    private static final int FIRST_ROOM = 16;

    private final int[] prompt;
    private final int repeat;
    private final SplittableRandom random;
    private final int room;
    /** Grows with the answer, as most are shorter than their room. */
    private int[] ids = new int[0];

    private int count;
    private boolean stopped;

    /**
     * An answer not begun.
     *
     * @param repeat how often the same prompt stood before
     * @param room most tokens that it may have
     */
    Answer(int[] prompt, int repeat, int room, long seed) {
        this.prompt = prompt;
        this.repeat = repeat;
        this.room = room;
        Sha256 digest = new Sha256().text("answer").text(Long.toString(seed)).text(Integer.toString(repeat));
        for (int id : prompt) {
            digest.text(Integer.toString(id));
        }
        this.random = new SplittableRandom(digest.seed());
    }

    int[] prompt() {
        return prompt;
    }

    int repeat() {
        return repeat;
    }

    int room() {
        return room;
    }

    /** The row's own random numbers. */
    SplittableRandom random() {
        return random;
    }

    void take(int token, Set<Integer> stopTokens) {
        stopped = stopTokens.contains(token);
        if (!stopped) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, Math.min(room, Math.max(FIRST_ROOM, 2 * count)));
            }
            ids[count++] = token;
        }
    }

    boolean ended() {
        return stopped || count == room;
    }

    IntBuffer written() {
        return IntBuffer.wrap(ids, 0, count).asReadOnlyBuffer();
    }

    /** The token written last; where there is none, any token. */
    int last() {
        return count == 0 ? 0 : ids[count - 1];
    }

    Continuation continuation() {
        return new Continuation(Arrays.copyOf(ids, count), stopped);
    }
}
