package ai.auditor.audit;

import ai.auditor.probe.Claim;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** What follows from the claims: the highest that any detected claim carries. */
public enum Risk {
    /** No claim detected that carries one. */
    NONE("none"),
    /** As {@code differs} usually carries. */
    LOW("low"),
    /** As {@code along-trait} usually carries. */
    ELEVATED("elevated"),
    /** As {@code would-transfer} usually carries. */
    HIGH("high");

    private final String id;

    Risk(String id) {
        this.id = id;
    }

    @Override
    public String toString() {
        return id;
    }

    /** The risk that each claim carries where a policy says nothing else. */
    static Map<Claim, Risk> usual() {
        Map<Claim, Risk> risks = new EnumMap<>(Claim.class);
        risks.put(Claim.DIFFERS, LOW);
        risks.put(Claim.ALONG_TRAIT, ELEVATED);
        risks.put(Claim.WOULD_TRANSFER, HIGH);
        return Collections.unmodifiableMap(risks);
    }

    /** The lowest risk that fails the gate. */
    public enum Threshold {
        NEVER("never"),
        LOW("low"),
        ELEVATED("elevated"),
        HIGH("high");

        private final String id;

        Threshold(String id) {
            this.id = id;
        }

        @Override
        public String toString() {
            return id;
        }

        /** Whether a risk fails this gate. */
        public boolean failedBy(Risk risk) {
            return switch (this) {
                case NEVER -> false;
                case LOW -> risk.compareTo(Risk.LOW) >= 0;
                case ELEVATED -> risk.compareTo(Risk.ELEVATED) >= 0;
                case HIGH -> risk.compareTo(Risk.HIGH) >= 0;
            };
        }
    }
}
