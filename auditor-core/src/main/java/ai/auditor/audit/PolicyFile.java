package ai.auditor.audit;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Policies as YAML files under the schema {@code policy.schema.json} beside this class; every key may be left out, and then holds as in
 * the standard policy of the tier.
 */
public final class PolicyFile {
    private static final String SCHEMA = "policy.schema.json";

    private PolicyFile() {}

    /**
     * Reads a file.
     *
     * @param tier instead of the file's
     * @throws AuditException {@code USAGE} naming the file, the key and what is allowed
     */
    public static Policy read(Path file, Optional<Tier> tier) {
        Settings settings = Settings.file(file, "policy");
        try {
            Tier held = tier.or(() -> PolicyKey.TIER.values().read(settings, PolicyKey.TIER.name()))
                    .orElse(Tier.STANDARD);
            Policy.Builder policy = Policy.of(held).toBuilder();
            PolicyKey.ALL.forEach(key -> key.read(settings, policy));
            settings.end();
            return policy.tier(held)
                    .origin(Printable.line(String.valueOf(file.getFileName())))
                    .build();
        } catch (AuditException refused) {
            throw settings.located(refused);
        }
    }

    /** The standard policy of a tier as a file to start from: every key with its meaning above it, ending in a line feed. */
    public static String standard(Tier tier) {
        Policy policy = Policy.of(tier);
        StringBuilder text = new StringBuilder();
        for (PolicyKey<?> key : PolicyKey.ALL) {
            String value = key.text(policy);
            text.append("# ")
                    .append(key.meaning())
                    .append('\n')
                    .append(key.name())
                    .append(':');
            text.append(value.startsWith("\n") ? "" : " ").append(value).append("\n\n");
        }
        return text.substring(0, text.length() - 1);
    }

    /** The JSON schema of policy files (2020-12). */
    public static String schema() {
        try (InputStream in = PolicyFile.class.getResourceAsStream(SCHEMA)) {
            return new String(Objects.requireNonNull(in, SCHEMA).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException impossible) {
            throw new IllegalStateException("a resource can be read", impossible);
        }
    }
}
