/** What the reports share: wording, figures, our own SVG writer, files that appear whole or not at all. */
@NullMarked
package ai.auditor.report.internal;

import org.jspecify.annotations.NullMarked;
