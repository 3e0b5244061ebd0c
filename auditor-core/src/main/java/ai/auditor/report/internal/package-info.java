/** What the reports share: wording, the tree behind JSON, the parts of a page, figures and our own SVG writer, the test cases of a build. */
@NullMarked
package ai.auditor.report.internal;

import org.jspecify.annotations.NullMarked;
