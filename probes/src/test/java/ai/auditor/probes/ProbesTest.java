package ai.auditor.probes;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.Redaction;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Tier;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Probe;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private static List<String> names(Tier tier) {
        return Probes.of(tier).stream().map(Probe::name).toList();
    }

    @Test
    void eachTierRunsTheOneBeforeAndMore() {
        assertThat(names(Tier.QUICK)).containsExactly("shortcut", "linear", "projection");
        assertThat(names(Tier.STANDARD)).containsExactly("shortcut", "linear", "projection", "gradient", "likelihood");
        assertThat(names(Tier.DEEP))
                .containsExactly("shortcut", "linear", "projection", "gradient", "likelihood", "recovered");
    }

    @Test
    void aPolicyHasProbesReadEveryPoint() {
        Policy deep = Policy.of(Tier.DEEP);
        List<Probe> one = Probes.of(deep, Optional.empty(), Redaction.REDACTED);
        List<Probe> all = Probes.of(deep.toBuilder().everyPoint(true).build(), Optional.empty(), Redaction.REDACTED);
        assertThat(one).extracting(Probe::name).containsExactlyElementsOf(names(Tier.DEEP));
        for (int i = 0; i < one.size(); i++) {
            boolean reads =
                    List.of("likelihood", "recovered").contains(one.get(i).name());
            assertThat(all.get(i).settings().equals(one.get(i).settings())).isNotEqualTo(reads);
            assertThat(all.get(i).settings().containsValue("all")).isEqualTo(reads);
        }
    }

    @Test
    void whatIsRequiredByDefaultIsTestedByEveryTier() {
        for (Tier tier : Tier.values()) {
            assertThat(Probes.of(tier)).extracting(Probe::claim).contains(Claim.DIFFERS, Claim.ALONG_TRAIT);
        }
    }
}
