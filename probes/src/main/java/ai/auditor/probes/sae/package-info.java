/** Features of a sparse autoencoder: what they say of a candidate, as evidence and as tables. */
@NullMarked
package ai.auditor.probes.sae;

import org.jspecify.annotations.NullMarked;
