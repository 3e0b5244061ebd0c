package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.tensor.WeightType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** Whether a model fits into the memory that is free, told before it is loaded. */
final class Room {
    private static final double GIBI = 1L << 30;
    /** The library itself, a batch of activations and the tokenizer, seen beside models of 0.3 MB to 540 MB. */
    private static final long BESIDE_WEIGHTS = 400L << 20;

    private Room() {}

    /** Bytes that a model's weights take, and what stands beside them while they are read. */
    static long needed(ModelFacts facts, Loading loading) {
        int blocks = loading.blocks(facts);
        long held = 0;
        long largest = 0;
        for (WeightPlace place : WeightPlace.all(facts)) {
            boolean left =
                    place.block() >= blocks || (blocks < facts.layers() && place.role() == WeightMap.Role.OUTPUT_HEAD);
            if (left) {
                continue;
            }
            long count = 1;
            for (long axis : place.uprightShape(facts)) {
                count = Math.multiplyExact(count, axis);
            }
            boolean matrix = place.uprightShape(facts).length > 1;
            held += count * (matrix && loading.fused() ? loading.weights().bytes() : Float.BYTES);
            if (place.isProjection() || loading.weights() != WeightType.FLOAT32) {
                largest = Math.max(largest, 2 * count * Float.BYTES);
            }
        }
        return held + largest + BESIDE_WEIGHTS;
    }

    /**
     * Refuses a model that does not fit.
     *
     * @throws AuditException {@code MODEL} with both figures
     */
    static void require(Path model, ModelFacts facts, Loading loading, OptionalLong free) {
        long needed = needed(facts, loading);
        if (free.isEmpty() || needed <= free.getAsLong()) {
            return;
        }
        Loading halved = new Loading(loading.fused(), WeightType.BFLOAT16, loading.stops());
        boolean helps = loading.weights() == WeightType.FLOAT32 && needed(facts, halved) <= free.getAsLong();
        throw new AuditException(
                AuditException.Code.MODEL,
                Printable.line(model.toString()) + ": loading it takes " + gibibytes(needed) + " of memory and "
                        + gibibytes(free.getAsLong()) + " are free; "
                        + (helps
                                ? "--weights bf16 takes " + gibibytes(needed(facts, halved))
                                : "take a smaller model of the family, or a machine with more memory"));
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIBI);
    }
}
