/** Statistics: exchanges, max-statistic, AUROC, bootstrap, power; plain Java. */
@NullMarked
package ai.auditor.stats;

import org.jspecify.annotations.NullMarked;
