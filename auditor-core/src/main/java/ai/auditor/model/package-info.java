/** Reference models: facts, weights, one decoder driven by flags, interventions, generation. */
@NullMarked
package ai.auditor.model;

import org.jspecify.annotations.NullMarked;
