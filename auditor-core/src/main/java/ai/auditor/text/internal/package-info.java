/** The native tokenizer: the one place beside {@code ai.auditor.tensor} that touches ai.djl. */
@NullMarked
package ai.auditor.text.internal;

import org.jspecify.annotations.NullMarked;
