/** The open interface of probes, the study they see and the evidence they return. */
@NullMarked
package ai.auditor.probe;

import org.jspecify.annotations.NullMarked;
