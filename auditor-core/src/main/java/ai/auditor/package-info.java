/**
 * What all packages share: the one exception type, progress, files that appear whole or not at all, settings read strictly, text and numbers
 * made fit to print, or redacted, and random orders.
 */
@NullMarked
package ai.auditor;

import org.jspecify.annotations.NullMarked;
