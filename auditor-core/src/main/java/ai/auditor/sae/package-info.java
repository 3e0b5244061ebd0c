/** Sparse autoencoders: read from the files of others, run over the states of tokens, trained, and what their features say of rows. */
@NullMarked
package ai.auditor.sae;

import org.jspecify.annotations.NullMarked;
