package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.probe.Evidence;
import ai.auditor.probe.Probe;
import ai.auditor.stats.PValue;
import ai.auditor.stats.Power;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Runs the pipeline under swapped labels, everything refitted, and counts how often it would have detected a difference; then plants some. */
final class Calibrator {
    private final Policy policy;
    private final List<Probe> probes;
    private final List<Probe> fitted;
    private final int threads;

    Calibrator(Policy policy, List<Probe> probes, int threads) {
        this.policy = policy;
        this.probes = probes;
        this.fitted = probes.stream().filter(Probe::fitted).toList();
        this.threads = threads;
    }

    /** @param rows of a known teacher, if there are any to plant */
    Calibration calibrate(ModelStudy study, Optional<PlantedRowsCheck> rows, Progress progress) {
        List<List<AuditResult.Finding>> swaps = swaps(study, progress);
        Judge judge = new Judge(policy);
        long rejected = swaps.stream()
                .filter(findings -> findings.stream().anyMatch(judge::detectsDifference))
                .count();
        double share = swaps.isEmpty() ? 0 : (double) rejected / swaps.size();
        double limit = swaps.isEmpty() ? 1 : Power.tolerated(policy.alpha(), swaps.size());
        return new Calibration(
                swaps.size(),
                share,
                limit,
                study.paired() ? "labels swapped within pairs" : "labels permuted within parts",
                spreads(swaps),
                PValue.smallest(policy.exchanges()),
                Stream.concat(
                                new SpikeInCheck(policy, probes).run(study, progress).stream(),
                                rows.map(check -> check.run(study, progress)).stream())
                        .toList(),
                Optional.empty());
    }

    private List<List<AuditResult.Finding>> swaps(ModelStudy study, Progress progress) {
        if (fitted.isEmpty()) {
            return List.of();
        }
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread worker = new Thread(task, "null");
            worker.setDaemon(true);
            return worker;
        });
        try {
            List<Future<List<AuditResult.Finding>>> running = new ArrayList<>();
            for (int swap = 0; swap < policy.nullSwaps(); swap++) {
                String purpose = "null " + swap;
                running.add(workers.submit(() -> examine(study, purpose)));
            }
            List<List<AuditResult.Finding>> swaps = new ArrayList<>();
            for (Future<List<AuditResult.Finding>> one : running) {
                swaps.add(one.get());
                progress.report("null of the pipeline", swaps.size(), running.size(), "label swaps");
            }
            return swaps;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AuditException(AuditException.Code.INTERRUPTED, "interrupted", interrupted);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof AuditException known) {
                throw known;
            }
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException("a probe failed under swapped labels", failed.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    private List<AuditResult.Finding> examine(ModelStudy study, String purpose) {
        ModelStudy relabelled = study.relabelled(study.swappedLabels(purpose));
        List<Evidence> evidence =
                fitted.stream().map(probe -> probe.examine(relabelled)).toList();
        return new Findings(policy).of(evidence);
    }

    private List<Calibration.Spread> spreads(List<List<AuditResult.Finding>> swaps) {
        List<Calibration.Spread> spreads = new ArrayList<>();
        for (int i = 0; i < fitted.size() && !swaps.isEmpty(); i++) {
            int index = i;
            double[] row = new double[swaps.size()];
            double[] bag = new double[swaps.size()];
            for (int swap = 0; swap < row.length; swap++) {
                Evidence.Discrimination discrimination =
                        swaps.get(swap).get(index).evidence().discrimination().orElseThrow();
                row[swap] = discrimination.row().value();
                bag[swap] = discrimination.bags().stream()
                        .filter(one -> one.size() <= Evidence.Discrimination.SPREAD_BAG)
                        .reduce((first, second) -> second)
                        .map(Evidence.Discrimination.Bag::auroc)
                        .orElse(row[swap]);
            }
            int bagSize = swaps.get(0).get(index).evidence().discrimination().orElseThrow().bags().stream()
                    .mapToInt(Evidence.Discrimination.Bag::size)
                    .filter(size -> size <= Evidence.Discrimination.SPREAD_BAG)
                    .max()
                    .orElse(1);
            spreads.add(new Calibration.Spread(fitted.get(index).name(), row, bagSize, bag));
        }
        return spreads;
    }
}
