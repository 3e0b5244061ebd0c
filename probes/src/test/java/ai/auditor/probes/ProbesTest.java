package ai.auditor.probes;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.audit.Tier;
import ai.auditor.probe.Claim;
import ai.auditor.probe.Probe;
import java.util.List;
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
    void whatIsRequiredByDefaultIsTestedByEveryTier() {
        for (Tier tier : Tier.values()) {
            assertThat(Probes.of(tier)).extracting(Probe::claim).contains(Claim.DIFFERS, Claim.ALONG_TRAIT);
        }
    }
}
