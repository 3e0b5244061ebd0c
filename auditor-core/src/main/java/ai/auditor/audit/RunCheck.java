package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts every control run into the candidate's place and runs all probes anew, at the cost of one audit without its null for each. */
final class RunCheck {
    private final Policy policy;
    private final List<Probe> probes;

    RunCheck(Policy policy, List<Probe> probes) {
        this.policy = policy;
        this.probes = probes;
    }

    /** Empty with one run, and where prompts are not matched. */
    Optional<ControlRuns> run(RunLayout layout, ModelStudy study, List<Evidence> candidate, Progress progress) {
        if (layout.controls() < 2 || !study.paired()) {
            return Optional.empty();
        }
        // Of the runs nobody reads a p, so that the fewest exchanges that a policy may have do.
        Policy fewest = policy.toBuilder()
                .exchanges(Math.min(policy.exchanges(), policy.fewestExchanges()))
                .build();
        List<List<Evidence>> runs = new ArrayList<>();
        for (int run = 0; run < layout.controls(); run++) {
            progress.report("control runs", run, layout.controls(), "runs");
            Comparison comparison = layout.inPlace(run + 1);
            ModelStudy inPlace = study.laidOut(comparison, "run/" + layout.digest(run + 1), fewest);
            List<Evidence> evidence = new ArrayList<>();
            for (Probe probe : probes) {
                AuditException.checkInterrupted();
                evidence.add(probe.examine(inPlace));
            }
            runs.add(evidence);
        }
        return Optional.of(ControlRuns.of(layout.names(), candidate, runs, policy.alpha()));
    }
}
