/** Directions: traits, steering vectors read from the model itself, and decoys. */
@NullMarked
package ai.auditor.direction;

import org.jspecify.annotations.NullMarked;
