package ai.auditor.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.probe.Coverage.Extent;
import ai.auditor.probe.Coverage.Sight;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static final Sight STEERED = new Sight(TeacherKind.STEERED, Extent.SEEN, "measured");

    @Test
    void whatIsNotSaidIsNotMeasured() {
        Coverage coverage = Coverage.of("", STEERED);
        assertThat(coverage.sights()).extracting(Sight::teacher).containsExactly(TeacherKind.values());
        assertThat(coverage.of(TeacherKind.STEERED)).isEqualTo(Extent.SEEN);
        assertThat(coverage.of(TeacherKind.PROMPTED)).isEqualTo(Extent.UNMEASURED);
    }

    @Test
    void aKindIsNamedOnceAndNothingIsSaidWithoutASource() {
        assertThatThrownBy(() -> Coverage.of("", STEERED, STEERED)).hasMessageContaining("steered are named twice");
        assertThatThrownBy(() -> new Coverage(List.of(STEERED), "")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Sight(TeacherKind.PROMPTED, Extent.UNSEEN, " "))
                .hasMessageContaining("prompted needs a source");
        assertThatThrownBy(() -> new Sight(TeacherKind.PROMPTED, Extent.UNMEASURED, "a rumour"))
                .hasMessageContaining("prompted needs a source");
    }
}
