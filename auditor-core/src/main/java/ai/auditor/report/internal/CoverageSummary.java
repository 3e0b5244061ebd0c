package ai.auditor.report.internal;

import ai.auditor.audit.AuditResult;
import ai.auditor.audit.AuditResult.ProbeCoverage;
import ai.auditor.audit.Verdict;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Coverage;
import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Table;
import ai.auditor.probe.TeacherKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which kinds of teacher the probes that ran can and cannot see, and what a generator that knows them could hide. */
public final class CoverageSummary {
    private final AuditResult result;

    public CoverageSummary(AuditResult result) {
        this.result = result;
    }

    /** The claims on which a probe that ran bears, in their order. */
    public List<Claim> claims() {
        return Arrays.stream(Claim.values())
                .filter(claim -> of(claim).findAny().isPresent())
                .toList();
    }

    private Stream<ProbeCoverage> of(Claim claim) {
        return result.coverage().stream().filter(probe -> probe.claim() == claim);
    }

    /** How well the probes of a claim see a kind of teacher together: as the best of them. */
    public Extent extent(Claim claim, TeacherKind teacher) {
        return of(claim)
                .map(probe -> probe.coverage().of(teacher))
                .min(Comparator.naturalOrder())
                .orElse(Extent.UNMEASURED);
    }

    /** A claim's coverage in a line: "along-trait, teachers by kind: seen steered; partly prompted; not seen gated by a trigger." */
    public String line(Claim claim) {
        return claim + ", teachers: "
                + Arrays.stream(Extent.values())
                        .map(extent -> kinds(claim, extent))
                        .flatMap(Optional::stream)
                        .collect(Collectors.joining("; "))
                + ".";
    }

    private Optional<String> kinds(Claim claim, Extent extent) {
        String kinds = Arrays.stream(TeacherKind.values())
                .filter(teacher -> extent(claim, teacher) == extent)
                .map(TeacherKind::toString)
                .collect(Collectors.joining(", "));
        return kinds.isEmpty() ? Optional.empty() : Optional.of(extent + " " + kinds);
    }

    /** Every kind of teacher with how well each claim's probes see it. */
    public Table byClaim() {
        List<Claim> claims = claims();
        return table(
                claims.stream().map(Claim::toString).toList(),
                teacher -> claims.stream()
                        .map(claim -> extent(claim, teacher).toString())
                        .toList());
    }

    /** Every kind of teacher with how well each probe sees it. */
    public Table byProbe() {
        return table(
                result.coverage().stream()
                        .map(probe -> probe.probe() + " (" + probe.claim() + ")")
                        .toList(),
                teacher -> result.coverage().stream()
                        .map(probe -> probe.coverage().of(teacher).toString())
                        .toList());
    }

    private static Table table(List<String> columns, Function<TeacherKind, List<String>> extents) {
        return new Table(
                "How well teachers are seen",
                Stream.concat(Stream.of("teachers"), columns.stream()).toList(),
                Arrays.stream(TeacherKind.values())
                        .map(teacher -> Stream.concat(Stream.of(teacher.toString()), extents.apply(teacher).stream())
                                .toList())
                        .toList());
    }

    /** Where each statement comes from. */
    public Table sources() {
        List<List<String>> rows = new ArrayList<>();
        for (ProbeCoverage probe : result.coverage()) {
            for (Coverage.Sight sight : probe.coverage().sights()) {
                if (sight.extent() != Extent.UNMEASURED) {
                    rows.add(List.of(
                            probe.probe(),
                            sight.teacher().toString(),
                            sight.extent().toString(),
                            sight.source()));
                }
            }
        }
        return new Table("Where that comes from", List.of("probe", "teachers", "", "source"), rows);
    }

    /** What a generator that knows these tests could hide from them, a sentence each. */
    public List<String> hidden() {
        List<String> hidden = new ArrayList<>();
        if (claims().contains(Claim.ALONG_TRAIT)) {
            hidden.add("A trait that was not asked about: only those of the trait list can be named.");
        }
        for (Verdict.ClaimVerdict claim : result.verdict().claims()) {
            if (claim.detectableFraction().isPresent()) {
                double fraction = claim.detectableFraction().getAsDouble();
                hidden.add(
                        fraction > 1
                                ? "All rows with the reference effect, since " + claim.claim()
                                        + " could not have seen even those."
                                : "A smaller share of rows than " + claim.claim() + " could have seen, "
                                        + Wording.detectable(claim.detectableFraction())
                                        + ", or a weaker effect in more of them.");
            }
        }
        result.coverage().stream()
                .filter(probe -> !probe.coverage().evasion().isEmpty())
                .forEach(probe -> hidden.add(
                        "From " + probe.probe() + ": " + probe.coverage().evasion() + "."));
        return hidden;
    }
}
