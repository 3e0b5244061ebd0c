/** Readers of model files: safetensors, GGUF and config.json, all of them untrusted input. */
@NullMarked
package ai.auditor.model.internal;

import org.jspecify.annotations.NullMarked;
