/** A small sandboxed engine for the Jinja that chat templates use, with Python's semantics: no reflection, no input, bounded work. */
@NullMarked
package ai.auditor.text.internal.jinja;

import org.jspecify.annotations.NullMarked;
