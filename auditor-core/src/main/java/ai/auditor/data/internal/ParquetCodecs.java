package ai.auditor.data.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** The codecs of Parquet without Hadoop's, which take memory for what a page says that it expands to. */
final class ParquetCodecs implements CompressionCodecFactory {
    private final ColumnFile file;
    private final ExpansionLimit limit;

    ParquetCodecs(ColumnFile file, ExpansionLimit limit) {
        this.file = file;
        this.limit = limit;
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
        throw new UnsupportedOperationException("nothing is written");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
        return new Expander(
                switch (name) {
                    case UNCOMPRESSED -> Codec.NONE;
                    case SNAPPY -> Codec.SNAPPY;
                    case GZIP -> Codec.GZIP;
                    case ZSTD -> Codec.ZSTD;
                    case LZ4_RAW -> Codec.LZ4_BLOCK;
                    case LZO, BROTLI, LZ4 ->
                        throw file.damaged("a column is compressed by " + name + ", which is not read");
                });
    }

    @Override
    public void release() {}

    private final class Expander implements BytesInputDecompressor {
        private final Codec codec;

        Expander(Codec codec) {
            this.codec = codec;
        }

        @Override
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
            if (size < 0 || size > ColumnFile.MOST_BYTES_AT_ONCE) {
                throw file.damaged("a page says that it expands to " + size + " bytes, more than the "
                        + ColumnFile.MOST_BYTES_AT_ONCE + " that are read at once; write smaller pages");
            }
            if (codec == Codec.NONE) {
                return bytes;
            }
            limit.take(size);
            try {
                return BytesInput.from(codec.expand(bytes.toByteArray(), size));
            } catch (IOException damaged) {
                throw file.damaged("a page compressed by " + codec + " cannot be expanded: " + damaged.getMessage());
            }
        }

        @Override
        public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size) {
            throw new UnsupportedOperationException("pages lie on the heap");
        }

        @Override
        public void release() {}
    }
}
