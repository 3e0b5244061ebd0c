/** What several probes share: the inner split, learners, and how scores become evidence. Not for use outside this module. */
@NullMarked
package ai.auditor.probes.internal;

import org.jspecify.annotations.NullMarked;
