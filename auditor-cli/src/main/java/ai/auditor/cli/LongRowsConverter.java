package ai.auditor.cli;

import ai.auditor.text.LongRows;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code leave-out} or {@code cut}. */
final class LongRowsConverter implements ITypeConverter<LongRows> {
    @Override
    public LongRows convert(String text) {
        return switch (text) {
            case "leave-out" -> LongRows.LEAVE_OUT;
            case "cut" -> LongRows.CUT;
            default -> throw new TypeConversionException("\"" + text + "\" is neither leave-out nor cut");
        };
    }
}
