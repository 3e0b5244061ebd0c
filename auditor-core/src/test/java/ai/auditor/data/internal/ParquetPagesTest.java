package ai.auditor.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of a few bytes that say that they have millions of values. */
final class ParquetPagesTest {
    private static final PrimitiveType TYPE = Types.required(PrimitiveType.PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named("text");
    private static final ColumnDescriptor COLUMN = new ColumnDescriptor(new String[] {"text"}, TYPE, 0, 0);
    private static final int VALUES = 1_000;

    @TempDir
    private Path directory;

    /** One column of one page. */
    private record OnePage(@Nullable DictionaryPage dictionary, DataPage page) implements PageReadStore, PageReader {
        @Override
        public PageReader getPageReader(ColumnDescriptor column) {
            return this;
        }

        @Override
        public long getRowCount() {
            return VALUES;
        }

        @Override
        public @Nullable DictionaryPage readDictionaryPage() {
            return dictionary;
        }

        @Override
        public long getTotalValueCount() {
            return page.getValueCount();
        }

        @Override
        public DataPage readPage() {
            return page;
        }
    }

    private static byte[] bytes(int... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int value : values) {
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private static DataPage page(Encoding encoding, int values, byte[] content) {
        return new DataPageV1(
                BytesInput.from(content),
                values,
                content.length,
                Statistics.createStats(TYPE),
                Encoding.RLE,
                Encoding.RLE,
                encoding);
    }

    private PageReader checked(OnePage page) throws IOException {
        Path path = Files.writeString(directory.resolve("a.parquet"), "any");
        try (ColumnFile file = ColumnFile.open(path, "a.parquet")) {
            return new ParquetPages(file, page).getPageReader(COLUMN);
        }
    }

    private void refuses(Encoding encoding, byte[] content, String reason) throws IOException {
        PageReader reader = checked(new OnePage(null, page(encoding, VALUES, content)));
        assertThatThrownBy(reader::readPage)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        failure -> assertThat(failure.code()).isEqualTo(AuditException.Code.DATA))
                .hasMessageStartingWith("a.parquet: the column \"text\" ")
                .hasMessageContaining(reason);
    }

    @Test
    void aPackedRunHasNoMoreValuesThanItsPage() throws IOException {
        // Values of one bit, a header of 2^27 groups.
        refuses(
                Encoding.RLE_DICTIONARY,
                bytes(1, 0x81, 0x80, 0x80, 0x80, 0x01),
                "1073741824 values are packed in a page of 1000");
        refuses(Encoding.RLE_DICTIONARY, bytes(200, 0), "has values of -56 bits");
        refuses(Encoding.RLE_DICTIONARY, bytes(1, 0x81), "cut off or damaged");
    }

    @Test
    void aDeltaHasNoMoreValuesThanItsPage() throws IOException {
        // Blocks of 128 in 4 parts, then 2^31 - 1 values; then blocks of 2^31 - 1.
        refuses(
                Encoding.DELTA_LENGTH_BYTE_ARRAY,
                bytes(0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 7, 0),
                "has 2147483647 in blocks of 128");
        refuses(Encoding.DELTA_BINARY_PACKED, bytes(0xff, 0xff, 0xff, 0xff, 7, 4, 1, 0), "in blocks of 2147483647");
    }

    @Test
    void aPrefixIsNoLongerThanTheValueBefore() throws IOException {
        // One prefix of 2^30 bytes, then one suffix of none.
        byte[] prefix = bytes(0x80, 1, 4, 1, 0x80, 0x80, 0x80, 0x80, 8, 0x80, 1, 4, 1, 0);
        refuses(Encoding.DELTA_BYTE_ARRAY, prefix, "takes 1073741824 bytes of one of 0");
    }

    @Test
    void oldEncodingsAreNamed() throws IOException {
        refuses(Encoding.BIT_PACKED, bytes(0), "is encoded as BIT_PACKED");
    }

    @Test
    void aDictionaryHasNoMoreValuesThanBytesAllow() throws IOException {
        DataPage page = page(Encoding.PLAIN, VALUES, bytes(0));
        DictionaryPage dictionary =
                new DictionaryPage(BytesInput.from(bytes(1, 0, 0, 0, 'a')), Integer.MAX_VALUE, Encoding.PLAIN);

        assertThatThrownBy(checked(new OnePage(dictionary, page))::readDictionaryPage)
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("says that its dictionary has 2147483647 values in 5 bytes");
        DictionaryPage small = new DictionaryPage(BytesInput.from(bytes(1, 0, 0, 0, 'a')), 1, Encoding.PLAIN);
        assertThat(checked(new OnePage(small, page)).readDictionaryPage()).isSameAs(small);
    }

    @Test
    void aColumnHasAsManyValuesAsTheGroupHasRows() {
        for (int values : new int[] {VALUES - 1, VALUES + 1}) {
            assertThatThrownBy(() -> checked(new OnePage(null, page(Encoding.PLAIN, values, bytes(0)))))
                    .isInstanceOf(AuditException.class)
                    .hasMessageContaining("has " + values + " values in a row group of 1000 rows");
        }
    }
}
