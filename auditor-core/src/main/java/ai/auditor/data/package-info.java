/** Datasets: rows, their readers, prompt pairing and content digests. */
@NullMarked
package ai.auditor.data;

import org.jspecify.annotations.NullMarked;
