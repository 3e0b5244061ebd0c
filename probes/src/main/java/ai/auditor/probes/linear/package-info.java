/** Linear probes on pooled activations. */
@NullMarked
package ai.auditor.probes.linear;

import org.jspecify.annotations.NullMarked;
