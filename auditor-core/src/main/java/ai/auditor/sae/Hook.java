package ai.auditor.sae;

import ai.auditor.model.Point;
import java.util.Optional;

/**
 * Where an autoencoder belongs, as far as its files say.
 *
 * @param model the model's name there ("gemma-2-2b"); empty where the files name none
 * @param modelDigest digest of the model that it was trained on; empty where it was trained by another tool
 * @param point whose states it reads and reconstructs; empty where the files name none
 */
public record Hook(Optional<String> model, Optional<String> modelDigest, Optional<Point> point) {
    /** The field of a SAELens directory of our own that holds the model's digest. */
    public static final String MODEL_DIGEST = "auditor_model_digest";

    /** The field of a directory that we wrote which names the point, beside SAELens's own. */
    public static final String POINT = "auditor_point";

    /** Nothing is known. */
    public static Hook unknown() {
        return new Hook(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
