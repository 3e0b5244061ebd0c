/** Format, length and first-order digit statistics. */
@NullMarked
package ai.auditor.probes.shortcut;

import org.jspecify.annotations.NullMarked;
