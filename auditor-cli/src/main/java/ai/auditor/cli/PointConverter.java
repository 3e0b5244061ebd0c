package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.model.Point;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a point such as {@code resid_post.7}. */
final class PointConverter implements ITypeConverter<Point> {
    @Override
    public Point convert(String text) {
        try {
            return Point.parse(text);
        } catch (AuditException unknown) {
            throw new TypeConversionException(String.valueOf(unknown.getMessage()));
        }
    }
}
