package ai.auditor.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of threads; more than any machine gains from would hang it instead. */
final class ThreadsConverter implements ITypeConverter<Integer> {
    /** 300 were seen to work on two processors, 1,000 to hang. */
    private static final int MOST = 256;

    @Override
    public Integer convert(String text) {
        int threads = new CountConverter().convert(text);
        if (threads > MOST) {
            throw new TypeConversionException("\"" + text + "\" is more than " + MOST + " threads");
        }
        return threads;
    }
}
