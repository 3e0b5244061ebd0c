/** The one exception type of the auditor and its error codes. */
@NullMarked
package ai.auditor;

import org.jspecify.annotations.NullMarked;
