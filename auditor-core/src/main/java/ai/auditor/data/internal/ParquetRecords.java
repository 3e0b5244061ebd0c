package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.ReadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Records of a Parquet file, a row group at a time; columns that no row is made of are not read. */
final class ParquetRecords implements Records {
    private final ColumnFile file;
    private final ParquetFooter footer;
    private final RowBudget budget;
    private final ParquetFileReader reader;
    private final MessageColumnIO columns;
    private final boolean nothingWanted;
    private int group;
    private @Nullable PageReadStore pages;
    private @Nullable RecordReader<Json.Fields> records;
    private long left;
    private long rows;

    /**
     * Opens a file.
     *
     * @param name what messages call the file
     * @throws AuditException as {@link Records#next}; {@code USAGE} for what is no file, or lacks a column that the options name
     */
    public static ParquetRecords open(Path path, String name, ReadOptions options) {
        ColumnFile file = ColumnFile.open(path, name);
        try {
            return new ParquetRecords(path, file, options);
        } catch (AuditException failure) {
            file.close();
            throw failure;
        }
    }

    private ParquetRecords(Path path, ColumnFile file, ReadOptions options) {
        this.file = file;
        Set<String> wanted = ColumnFile.wanted(options);
        footer = ParquetFooter.read(file, wanted);
        Set<String> seen = new HashSet<>();
        for (String column : footer.columns()) {
            if (wanted.contains(column) && !seen.add(column)) {
                throw file.damaged("the column " + Printable.quoted(column) + " is there twice");
            }
        }
        Columns.require(file.name(), footer.columns(), options);
        ExpansionLimit limit = new ExpansionLimit(file.name(), options, file.size());
        budget = new RowBudget(file.name(), options, limit);
        nothingWanted = seen.isEmpty();
        try {
            reader = ParquetFileReader.open(
                    new LocalInputFile(path),
                    ParquetReadOptions.builder(new PlainParquetConfiguration())
                            .withCodecFactory(new ParquetCodecs(file, limit))
                            .withUseHadoopVectoredIo(false)
                            .usePageChecksumVerification()
                            .build());
        } catch (IOException | RuntimeException broken) {
            throw unreadable(broken);
        }
        try {
            MessageType schema = reader.getFileMetaData().getSchema();
            List<Type> kept = schema.getFields().stream()
                    .filter(field -> wanted.contains(field.getName()))
                    .toList();
            MessageType requested = new MessageType(schema.getName(), kept);
            reader.setRequestedSchema(requested);
            columns = new ColumnIOFactory().getColumnIO(requested, schema);
        } catch (RuntimeException broken) {
            closeReader();
            throw unreadable(broken);
        }
    }

    @Override
    public @Nullable Found next() {
        AuditException.checkInterrupted();
        try {
            while (left == 0) {
                if (group == reader.getRowGroups().size()) {
                    return null;
                }
                nextGroup();
            }
            budget.start();
            Map<String, Json> values = new LinkedHashMap<>();
            footer.columns().forEach(column -> values.put(column, Json.Constant.NULL));
            if (records != null) {
                values.putAll(records.read().values());
            }
            left--;
            rows++;
            return budget.found(new Json.Fields(Collections.unmodifiableMap(values)));
        } catch (IOException | RuntimeException broken) {
            throw unreadable(broken);
        }
    }

    private void nextGroup() throws IOException {
        left = reader.getRowGroups().get(group).getRowCount();
        if (left > 0 && !nothingWanted) {
            closePages();
            PageReadStore read = reader.readRowGroup(group);
            pages = read;
            records = columns.getRecordReader(
                    new ParquetPages(file, read), new ParquetRows(columns.getType(), budget), FilterCompat.NOOP);
        }
        group++;
    }

    private AuditException unreadable(Exception broken) {
        AuditException.checkInterrupted();
        for (Throwable cause = broken; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuditException known) {
                return known;
            }
        }
        return new AuditException(
                AuditException.Code.DATA,
                file.name() + ": cannot be read as Parquet at or behind record " + rows + " of the file: "
                        + Printable.shortLine(String.valueOf(broken.getMessage())),
                broken);
    }

    @Override
    public long position() {
        return footer.rows() == 0 ? file.size() : (long) ((double) rows / footer.rows() * file.size());
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public String digest() {
        rows = footer.rows();
        return file.digest();
    }

    @Override
    public void close() {
        closePages();
        closeReader();
        file.close();
    }

    private void closePages() {
        if (pages != null) {
            pages.close();
        }
    }

    private void closeReader() {
        try {
            reader.close();
        } catch (IOException broken) {
            throw unreadable(broken);
        }
    }
}
