/** The probes that an audit runs. */
@NullMarked
package ai.auditor.probes;

import org.jspecify.annotations.NullMarked;
