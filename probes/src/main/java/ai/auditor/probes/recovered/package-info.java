/** What a vector trained on the candidate's rows, beyond one trained on the control's, writes and lies along. */
@NullMarked
package ai.auditor.probes.recovered;

import org.jspecify.annotations.NullMarked;
