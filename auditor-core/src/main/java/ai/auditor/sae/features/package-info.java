/** What the features of an autoencoder say of a candidate against its control, which features those are, and the filters that they make. */
@NullMarked
package ai.auditor.sae.features;

import org.jspecify.annotations.NullMarked;
