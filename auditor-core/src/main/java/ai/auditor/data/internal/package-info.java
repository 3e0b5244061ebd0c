/** How files become records and records become rows; nothing here is for other packages. */
@NullMarked
package ai.auditor.data.internal;

import org.jspecify.annotations.NullMarked;
