/** What vectors at an autoencoder's point are made of, and how far two of them agree. */
@NullMarked
package ai.auditor.sae.vectors;

import org.jspecify.annotations.NullMarked;
