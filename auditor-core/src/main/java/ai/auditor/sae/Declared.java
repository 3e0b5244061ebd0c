package ai.auditor.sae;

import java.util.OptionalDouble;

/**
 * What an autoencoder's files say of its quality: held against what is measured, it shows a wrong point or model.
 *
 * @param l0 mean number of active features a token
 * @param fvu fraction of variance unexplained
 */
public record Declared(OptionalDouble l0, OptionalDouble fvu) {
    /** The field of a SAELens directory of our own that holds the L0. */
    public static final String L0 = "auditor_l0";

    /** The field that holds the FVU. */
    public static final String FVU = "auditor_fvu";

    /** Nothing. */
    public static Declared nothing() {
        return new Declared(OptionalDouble.empty(), OptionalDouble.empty());
    }
}
