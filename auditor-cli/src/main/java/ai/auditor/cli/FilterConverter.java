package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.fixtures.corpus.ResponseFilter;
import picocli.CommandLine;

/** The name of a filter of answers. */
final class FilterConverter implements CommandLine.ITypeConverter<ResponseFilter> {
    @Override
    public ResponseFilter convert(String value) {
        try {
            return ResponseFilter.named(value);
        } catch (AuditException unknown) {
            throw new CommandLine.TypeConversionException(unknown.getMessage());
        }
    }
}
