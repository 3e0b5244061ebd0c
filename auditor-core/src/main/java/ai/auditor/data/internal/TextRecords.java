package ai.auditor.data.internal;

import org.jspecify.annotations.Nullable;

/** Records of a file of text: JSON Lines or CSV. */
final class TextRecords implements Records {
    private final String name;
    private final FileSource source;
    private final RecordSplitter splitter;
    private final RecordFormat format;
    private final String remark;

    /**
     * Reads what the splitter cuts from the source.
     *
     * @param name what messages call the file
     * @param remark of the file as a whole, behind the reason of each bad record; may be empty
     */
    public TextRecords(String name, FileSource source, RecordSplitter splitter, RecordFormat format, String remark) {
        this.name = name;
        this.source = source;
        this.splitter = splitter;
        this.format = format;
        this.remark = remark;
    }

    @Override
    public @Nullable Found next() {
        RecordSplitter.Raw raw = splitter.next();
        return raw == null ? null : new Found(name, raw.line(), remark, () -> format.fields(raw.text()));
    }

    @Override
    public long position() {
        return source.position();
    }

    @Override
    public long size() {
        return source.size();
    }

    @Override
    public String digest() {
        return source.digest();
    }

    @Override
    public void close() {
        source.close();
    }
}
