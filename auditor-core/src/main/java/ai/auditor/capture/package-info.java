/** Activations: points, poolings, plans, batches and the activation table. */
@NullMarked
package ai.auditor.capture;

import org.jspecify.annotations.NullMarked;
