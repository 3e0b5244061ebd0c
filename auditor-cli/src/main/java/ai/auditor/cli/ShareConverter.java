package ai.auditor.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a share: {@code 1%} or {@code 0.01}. */
final class ShareConverter implements ITypeConverter<Double> {
    private static final double PER_CENT = 100;

    @Override
    public Double convert(String text) {
        try {
            String number = text.strip();
            double share = number.endsWith("%")
                    ? Double.parseDouble(
                                    number.substring(0, number.length() - 1).strip())
                            / PER_CENT
                    : Double.parseDouble(number);
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException notANumber) {
            throw refusal(text);
        }
        throw refusal(text);
    }

    private static TypeConversionException refusal(String text) {
        return new TypeConversionException("\"" + text + "\" is no share between 0 and 1; write 0.01 or 1%");
    }
}
