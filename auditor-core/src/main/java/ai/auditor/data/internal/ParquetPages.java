package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.bytes.ByteBufferInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.values.delta.DeltaBinaryPackingValuesReader;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a row group, each checked before Parquet's decoders see it: they take memory for as many values as a dictionary, a packed
 * run, a delta or a prefix says that there are.
 */
final class ParquetPages implements PageReadStore {
    /** Writers cut pages at some 20,000 rows or a megabyte; a page of one-bit values has at most eight million. */
    private static final int MOST_VALUES_IN_PAGE = 1 << 24;

    /** Packed runs are of eight values; the last may be padded. */
    private static final int GROUP = 8;

    private static final int SLACK_GROUPS = 64;
    private static final int MOST_BITS = 32;
    private static final int MOST_VALUES_IN_BLOCK = 1 << 16;

    private final ColumnFile file;
    private final PageReadStore pages;
    private final Map<String, Long> held = new HashMap<>();

    ParquetPages(ColumnFile file, PageReadStore pages) {
        this.file = file;
        this.pages = pages;
    }

    @Override
    public long getRowCount() {
        return pages.getRowCount();
    }

    @Override
    public PageReader getPageReader(ColumnDescriptor column) {
        PageReader reader = pages.getPageReader(column);
        long values = reader.getTotalValueCount();
        boolean flat = column.getMaxRepetitionLevel() == 0;
        if (values < getRowCount() || (flat && values != getRowCount())) {
            throw file.damaged("the column " + shown(column) + " has " + values + " values in a row group of "
                    + getRowCount() + " rows");
        }
        return new Checked(column, reader);
    }

    private static String shown(ColumnDescriptor column) {
        return Printable.quoted(String.join(".", column.getPath()));
    }

    /** Notes what lies in memory of a column, in place of what did. */
    private void hold(String part, long bytes) {
        held.put(part, bytes);
        if (held.values().stream().mapToLong(Long::longValue).sum() > ColumnFile.MOST_BYTES_TOGETHER) {
            throw file.damaged("the pages of one row have more than " + ColumnFile.MOST_BYTES_TOGETHER
                    + " bytes; write smaller pages");
        }
    }

    private final class Checked implements PageReader {
        private final ColumnDescriptor column;
        private final PageReader reader;

        Checked(ColumnDescriptor column, PageReader reader) {
            this.column = column;
            this.reader = reader;
        }

        @Override
        public long getTotalValueCount() {
            return reader.getTotalValueCount();
        }

        @Override
        public @Nullable DictionaryPage readDictionaryPage() {
            DictionaryPage page = reader.readDictionaryPage();
            if (page == null) {
                return null;
            }
            long bytes = page.getBytes().size();
            long values = page.getDictionarySize();
            if (values < 0 || values * smallestValue() > bytes) {
                throw damaged("says that its dictionary has " + values + " values in " + bytes + " bytes");
            }
            hold("dictionary of " + shown(column), bytes);
            return page;
        }

        private long smallestValue() {
            return switch (column.getPrimitiveType().getPrimitiveTypeName()) {
                case BOOLEAN -> 1;
                case INT32, FLOAT, BINARY -> Integer.BYTES;
                case INT64, DOUBLE -> Long.BYTES;
                case INT96 -> Integer.BYTES + Long.BYTES;
                case FIXED_LEN_BYTE_ARRAY ->
                    Math.max(1, column.getPrimitiveType().getTypeLength());
            };
        }

        @Override
        public @Nullable DataPage readPage() {
            DataPage page = reader.readPage();
            if (page == null) {
                return null;
            }
            int values = page.getValueCount();
            if (values < 0 || values > MOST_VALUES_IN_PAGE) {
                throw damaged("says that a page has " + values + " values, more than the " + MOST_VALUES_IN_PAGE
                        + " that are read");
            }
            try {
                page.accept(new DataPage.Visitor<Void>() {
                    @Override
                    public Void visit(DataPageV1 first) {
                        check(first);
                        return null;
                    }

                    @Override
                    public Void visit(DataPageV2 second) {
                        check(second);
                        return null;
                    }
                });
            } catch (AuditException known) {
                throw known;
            } catch (RuntimeException cutOff) {
                throw damaged("has a page that is cut off or damaged");
            }
            return page;
        }

        private void check(DataPageV1 page) {
            ByteBuffer bytes = bytes(page.getBytes());
            hold(shown(column), bytes.remaining());
            if (column.getMaxRepetitionLevel() > 0) {
                framedRuns(bytes, page.getRlEncoding(), column.getMaxRepetitionLevel(), page.getValueCount());
            }
            if (column.getMaxDefinitionLevel() > 0) {
                framedRuns(bytes, page.getDlEncoding(), column.getMaxDefinitionLevel(), page.getValueCount());
            }
            checkValues(bytes, page.getValueEncoding(), page.getValueCount());
        }

        private void check(DataPageV2 page) {
            runs(bytes(page.getRepetitionLevels()), bits(column.getMaxRepetitionLevel()), page.getValueCount());
            runs(bytes(page.getDefinitionLevels()), bits(column.getMaxDefinitionLevel()), page.getValueCount());
            ByteBuffer bytes = bytes(page.getData());
            hold(shown(column), bytes.remaining());
            checkValues(bytes, page.getDataEncoding(), page.getValueCount());
        }

        private void checkValues(ByteBuffer bytes, Encoding encoding, int values) {
            switch (encoding) {
                case PLAIN, BYTE_STREAM_SPLIT -> {}
                case RLE -> framedRuns(bytes, encoding, 1, values);
                case PLAIN_DICTIONARY, RLE_DICTIONARY -> {
                    if (bytes.hasRemaining()) {
                        runs(bytes, bytes.get(), values);
                    }
                }
                case DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY -> checkDelta(bytes, values);
                case DELTA_BYTE_ARRAY -> checkPrefixes(bytes, values);
                case BIT_PACKED -> throw damaged("is encoded as " + encoding + ", which is not read; write it anew");
            }
        }

        private void framedRuns(ByteBuffer bytes, Encoding encoding, int most, int values) {
            if (encoding != Encoding.RLE) {
                throw damaged("has levels encoded as " + encoding + ", which is not read; write it anew");
            }
            int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw damaged("has levels of " + length + " bytes in a page that has " + bytes.remaining() + " left");
            }
            ByteBuffer levels = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.position(bytes.position() + length);
            runs(levels, bits(most), values);
        }

        /** Runs of one value or packed ones, until there are as many as the page has. */
        private void runs(ByteBuffer bytes, int bits, int values) {
            if (bits < 0 || bits > MOST_BITS) {
                throw damaged("has values of " + bits + " bits");
            }
            long seen = 0;
            while (bytes.hasRemaining() && seen < values) {
                long header = varint(bytes);
                long count = header >>> 1;
                if ((header & 1) == 0) {
                    seen += count;
                    bytes.position(bytes.position() + (bits + Byte.SIZE - 1) / Byte.SIZE);
                } else {
                    if (count > values / GROUP + SLACK_GROUPS) {
                        throw damaged("says that " + count * GROUP + " values are packed in a page of " + values);
                    }
                    seen += count * GROUP;
                    bytes.position((int) Math.min(bytes.limit(), bytes.position() + count * bits));
                }
            }
        }

        /** The head of a delta encoding: values of a block, parts of a block, values in all. */
        private void checkDelta(ByteBuffer bytes, int values) {
            ByteBuffer head = bytes.duplicate();
            long block = varint(head);
            long parts = varint(head);
            long count = varint(head);
            if (block < 1 || block > MOST_VALUES_IN_BLOCK || parts < 1 || parts > block || count > values) {
                throw damaged("says that a page of " + values + " values has " + count + " in blocks of " + block
                        + " in " + parts + " parts");
            }
        }

        /** Each value may take no more from the one before it than that has. */
        private void checkPrefixes(ByteBuffer bytes, int values) {
            try {
                ByteBufferInputStream in = ByteBufferInputStream.wrap(bytes);
                DeltaBinaryPackingValuesReader prefixes = deltas(bytes, in, values);
                ByteBuffer rest = bytes.duplicate();
                rest.position(rest.position() + (int) in.position());
                DeltaBinaryPackingValuesReader suffixes = deltas(rest, in, values);
                long before = 0;
                // The reader says that its values ended by an exception only, and nulls are not among them.
                int count = count(bytes);
                if (count(rest) != count) {
                    throw damaged("has a page whose values are cut off");
                }
                for (int i = 0; i < count; i++) {
                    int prefix = prefixes.readInteger();
                    int suffix = suffixes.readInteger();
                    if (prefix < 0 || suffix < 0 || prefix > before) {
                        throw damaged("has a value that takes " + prefix + " bytes of one of " + before);
                    }
                    before = (long) prefix + suffix;
                }
            } catch (IOException cutOff) {
                throw damaged("has a page whose values are cut off");
            }
        }

        private DeltaBinaryPackingValuesReader deltas(ByteBuffer bytes, ByteBufferInputStream in, int values)
                throws IOException {
            checkDelta(bytes, values);
            DeltaBinaryPackingValuesReader reader = new DeltaBinaryPackingValuesReader();
            reader.initFromPage(values, in);
            return reader;
        }

        private int count(ByteBuffer bytes) {
            ByteBuffer head = bytes.duplicate();
            varint(head);
            varint(head);
            return (int) varint(head);
        }

        private ByteBuffer bytes(BytesInput input) {
            try {
                return input.toByteBuffer().duplicate().order(ByteOrder.LITTLE_ENDIAN);
            } catch (IOException cutOff) {
                throw damaged("has a page that is cut off");
            }
        }

        private AuditException damaged(String what) {
            return file.damaged("the column " + shown(column) + " " + what);
        }
    }

    private static int bits(int most) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(most);
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        int shift = 0;
        int next;
        do {
            next = bytes.get();
            value |= (long) (next & 0x7f) << shift;
            shift += 7;
        } while (next < 0 && shift < Integer.SIZE + 7);
        return value;
    }
}
