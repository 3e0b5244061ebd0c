/** Training of sparse autoencoders on states that a model streams. */
@NullMarked
package ai.auditor.sae.training;

import org.jspecify.annotations.NullMarked;
