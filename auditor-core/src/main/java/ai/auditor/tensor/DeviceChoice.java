package ai.auditor.tensor;

import ai.auditor.AuditException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a user says of where a model is to live; settled when the engine starts. */
public sealed interface DeviceChoice permits Device, DeviceChoice.Automatic {
    /** The first GPU that the loaded libtorch sees, else the processor. */
    record Automatic() implements DeviceChoice {
        @Override
        public String toString() {
            return "auto";
        }
    }

    /**
     * Reads {@code auto}, {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:1}.
     *
     * @throws AuditException {@code USAGE} for any other spelling
     */
    static DeviceChoice parse(String spelling) {
        Matcher cuda = Pattern.compile("cuda(?::(\\d{1,3}))?").matcher(spelling);
        if (cuda.matches()) {
            return new Device.Cuda(cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
        }
        return switch (spelling) {
            case "auto" -> new Automatic();
            case "cpu" -> new Device.Cpu();
            default ->
                throw new AuditException(
                        AuditException.Code.USAGE,
                        "unknown device \"" + spelling + "\"; known: auto, cpu, cuda, cuda:N with N from 0");
        };
    }
}
