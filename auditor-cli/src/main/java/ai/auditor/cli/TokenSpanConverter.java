package ai.auditor.cli;

import ai.auditor.capture.TokenSpan;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads which tokens of a row are encoded. */
final class TokenSpanConverter implements ITypeConverter<TokenSpan> {
    @Override
    public TokenSpan convert(String text) {
        return Arrays.stream(TokenSpan.values())
                .filter(span -> span.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("\"" + text + "\" is none of "
                        + Arrays.stream(TokenSpan.values())
                                .map(TokenSpan::toString)
                                .collect(Collectors.joining(", "))));
    }
}
