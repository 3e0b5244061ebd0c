/** Training of decoders: what is trained, the loss, optimisers, schedules, checkpoints, and what comes out. */
@NullMarked
package ai.auditor.train;

import org.jspecify.annotations.NullMarked;
