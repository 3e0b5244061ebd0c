package ai.auditor.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    /** More GPUs than any machine has, so that the refusal is the same with and without one. */
    private static final Device NOT_THERE = new Device.Cuda(999);

    @ParameterizedTest
    @CsvSource({"auto,auto", "cpu,cpu", "cuda,cuda:0", "cuda:0,cuda:0", "cuda:12,cuda:12"})
    void aDeviceIsSpelledAsItIsRead(String spelling, String shown) {
        assertThat(DeviceChoice.parse(spelling)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cuda:1000", "cuda:x", "CPU", "cpu:0", " cpu"})
    void anotherSpellingIsRefused(String spelling) {
        assertThatThrownBy(() -> DeviceChoice.parse(spelling))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("auto, cpu, cuda, cuda:N");
    }

    @Test
    void autoSettlesOnWhatTheLoadedLibrarySees() {
        Device device = Engine.start(1, new DeviceChoice.Automatic()).device();
        assertThat(device).isEqualTo(Engine.seesCuda() ? new Device.Cuda(0) : new Device.Cpu());
        assertThat(Engine.start(1, new Device.Cpu()).device()).isEqualTo(new Device.Cpu());
    }

    @Test
    void aGpuThatIsNotThereIsRefusedWithTheMissingLink() {
        assertThatThrownBy(() -> Engine.start(1, NOT_THERE))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContainingAll("cuda:999", "auditor doctor --device cuda:999");
        assertThat(Engine.start(1).open().floats(new float[] {3, 4}, 2).toFloats())
                .containsExactly(3, 4);
    }
}
