package ai.auditor.model.internal;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Element types of the safetensors format and their widths; only the floating ones are read. */
enum ElementType {
    BOOL(8, null),
    U8(8, null),
    I8(8, null),
    I16(16, null),
    U16(16, null),
    I32(32, null),
    U32(32, null),
    I64(64, null),
    U64(64, null),
    F16(16, Decoding::halves),
    BF16(16, Decoding::bfloats),
    F32(32, Decoding::floats),
    F64(64, Decoding::doubles),
    C64(64, null),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    F8_E5M2(8, null),
    F8_E4M3(8, null),
    F8_E8M0(8, null),
    F8_E4M3FNUZ(8, null),
    F8_E5M2FNUZ(8, null);

    static final String READABLE = "F32, F16, BF16, F64";

    private final int bits;

    @SuppressWarnings("ImmutableEnumChecker") // a reference to a static method, which has no state
    private final @Nullable Decoding decoding;

    ElementType(int bits, @Nullable Decoding decoding) {
        this.bits = bits;
        this.decoding = decoding;
    }

    static Optional<ElementType> named(String name) {
        for (ElementType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    int bits() {
        return bits;
    }

    /** How it is read; empty where it is not. */
    Optional<Decoding> decoding() {
        return Optional.ofNullable(decoding);
    }
}
