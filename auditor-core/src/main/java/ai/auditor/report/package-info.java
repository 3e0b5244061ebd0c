/** Reports: JSON, HTML and terminal text. */
@NullMarked
package ai.auditor.report;

import org.jspecify.annotations.NullMarked;
