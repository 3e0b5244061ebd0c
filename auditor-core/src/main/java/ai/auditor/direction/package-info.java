/** Directions: traits, steering vectors read from the model itself, and what fine-tuning changed. */
@NullMarked
package ai.auditor.direction;

import org.jspecify.annotations.NullMarked;
