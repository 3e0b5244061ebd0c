/** Likelihood contrasts under personas and steering vectors. */
@NullMarked
package ai.auditor.probes.likelihood;

import org.jspecify.annotations.NullMarked;
