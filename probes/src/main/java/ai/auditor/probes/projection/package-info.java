/** The shift of mean activations along directions. */
@NullMarked
package ai.auditor.probes.projection;

import org.jspecify.annotations.NullMarked;
