/** Pooled gradients against steering vectors. */
@NullMarked
package ai.auditor.probes.gradient;

import org.jspecify.annotations.NullMarked;
