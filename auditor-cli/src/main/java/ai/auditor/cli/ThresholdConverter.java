package ai.auditor.cli;

import ai.auditor.audit.Risk;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Thresholds of the gate by their names. */
final class ThresholdConverter implements ITypeConverter<Risk.Threshold> {
    @Override
    public Risk.Threshold convert(String text) {
        return Arrays.stream(Risk.Threshold.values())
                .filter(threshold -> threshold.toString().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("the gate cannot fail on \"" + text + "\"; it can on "
                        + Arrays.stream(Risk.Threshold.values())
                                .map(Risk.Threshold::toString)
                                .collect(Collectors.joining(", "))));
    }
}
