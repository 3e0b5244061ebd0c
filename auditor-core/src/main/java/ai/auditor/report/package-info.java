/** Reports: JSON, HTML, JUnit XML, Markdown and terminal text; pages of charts and tables of what is no audit. */
@NullMarked
package ai.auditor.report;

import org.jspecify.annotations.NullMarked;
