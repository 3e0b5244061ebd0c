/** The one package that touches DJL: arrays, scopes, gradients, device and seeds. */
@NullMarked
package ai.auditor.tensor;

import org.jspecify.annotations.NullMarked;
