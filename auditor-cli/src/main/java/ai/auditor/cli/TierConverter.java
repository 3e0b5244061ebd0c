package ai.auditor.cli;

import ai.auditor.audit.Tier;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Tiers by their names. */
final class TierConverter implements ITypeConverter<Tier> {
    @Override
    public Tier convert(String text) {
        return Arrays.stream(Tier.values())
                .filter(tier -> tier.toString().equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("there is no tier \"" + text + "\"; there are "
                        + Arrays.stream(Tier.values()).map(Tier::toString).collect(Collectors.joining(", "))));
    }
}
