/** The audit: policy, calibration and verdict. */
@NullMarked
package ai.auditor.audit;

import org.jspecify.annotations.NullMarked;
