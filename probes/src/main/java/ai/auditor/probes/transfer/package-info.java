/** Shadow students: what students of the candidate take over. */
@NullMarked
package ai.auditor.probes.transfer;

import org.jspecify.annotations.NullMarked;
