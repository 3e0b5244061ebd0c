package ai.auditor.tensor;

/** How the matrices of a model are held; all is computed in 32 bits. */
public enum WeightType {
    /** As 32-bit floats. */
    FLOAT32("fp32", 4),
    /** As the upper half of 32-bit floats, made whole for each product: half the memory, and the same numbers where a file has them so. */
    BFLOAT16("bf16", 2);

    private final String spelling;
    private final int bytes;

    WeightType(String spelling, int bytes) {
        this.spelling = spelling;
        this.bytes = bytes;
    }

    /** Bytes of a number. */
    public int bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return spelling;
    }
}
