/** The formats of autoencoders, one class each; all files are untrusted input. */
@NullMarked
package ai.auditor.sae.internal;

import org.jspecify.annotations.NullMarked;
