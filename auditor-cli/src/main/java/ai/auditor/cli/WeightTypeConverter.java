package ai.auditor.cli;

import ai.auditor.tensor.WeightType;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code fp32} or {@code bf16}. */
final class WeightTypeConverter implements ITypeConverter<WeightType> {
    @Override
    public WeightType convert(String value) {
        return Arrays.stream(WeightType.values())
                .filter(type -> type.toString().equals(value))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("\"" + value + "\" is not fp32 or bf16"));
    }
}
