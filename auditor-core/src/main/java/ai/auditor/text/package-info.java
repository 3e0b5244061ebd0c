/** Text to tokens: chat templates, tokenizers and the span of the completion. */
@NullMarked
package ai.auditor.text;

import org.jspecify.annotations.NullMarked;
