/** The command line: the only place that prints or exits. */
@NullMarked
package ai.auditor.cli;

import org.jspecify.annotations.NullMarked;
