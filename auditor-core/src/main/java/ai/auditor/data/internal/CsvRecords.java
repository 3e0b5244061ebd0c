package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Records of a CSV file under its header; an empty cell is a field that is absent.
 *
 * <p>The parser is given one record at a time: over a whole file FastCSV 3.7.0 joins a record that ends in {@code \r"\n} with the next.
 */
final class CsvRecords implements RecordFormat {
    private static final int SMALLEST_BUFFER = 1 << 16;
    private static final Pattern LIST = Pattern.compile("\\s*\\[");
    private static final Pattern LIST_OF_OBJECTS = Pattern.compile("\\s*\\[\\s*\\{");

    private final CsvReader.CsvReaderBuilder reader;
    private final JsonReader json;
    private final List<String> columns;
    private final Map<String, Pattern> structured = new HashMap<>();

    private CsvRecords(String header, ReadOptions options) {
        reader = CsvReader.builder()
                .acceptCharsAfterQuotes(false)
                .skipEmptyLines(false)
                .maxBufferSize(Math.max(SMALLEST_BUFFER, options.maxRowBytes()));
        json = new JsonReader(options.maxRowBytes());
        columns = cells(header);
        Set<String> seen = new HashSet<>();
        for (String column : columns) {
            if (!column.isEmpty() && !seen.add(column)) {
                throw new BadRecord("the column " + Printable.quoted(column) + " is there twice");
            }
        }
        for (Field field : Field.values()) {
            jsonStart(field).ifPresent(start -> options.names(field).forEach(name -> structured.put(name, start)));
        }
    }

    /** How a cell of the field begins if it holds JSON; an answer in words may well begin with a bracket. */
    private static Optional<Pattern> jsonStart(Field field) {
        return switch (field) {
            case MESSAGES, NUMBERS -> Optional.of(LIST);
            case CHOSEN, REJECTED -> Optional.of(LIST_OF_OBJECTS);
            case PROMPT, COMPLETION, TEXT, RUN -> Optional.empty();
        };
    }

    /**
     * Takes the header from the front of a file; an empty file has none, and no records.
     *
     * @param name what messages call the file
     * @throws AuditException {@code DATA} for a broken header, {@code USAGE} if it lacks a column that the options name
     */
    public static RecordFormat withHeader(RecordSplitter splitter, String name, ReadOptions options) {
        RecordSplitter.Raw raw = splitter.next();
        if (raw == null) {
            return text -> {
                throw new IllegalStateException("a record without a header");
            };
        }
        CsvRecords records;
        try {
            records = new CsvRecords(raw.text(), options);
        } catch (BadRecord bad) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    name + ", line " + raw.line() + ": the header cannot be used: " + bad.reason());
        }
        Columns.require(name, records.columns, options);
        return records;
    }

    @Override
    public Json.Fields fields(String text) {
        List<String> cells = cells(text);
        if (cells.size() != columns.size()) {
            throw new BadRecord(cells.size() + " cells where the header has " + columns.size());
        }
        Map<String, Json> values = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            if (!cells.get(i).isEmpty()) {
                values.put(columns.get(i), cell(columns.get(i), cells.get(i)));
            }
        }
        return new Json.Fields(Collections.unmodifiableMap(values));
    }

    private Json cell(String column, String cell) {
        Pattern start = structured.get(column);
        return start != null && start.matcher(cell).lookingAt() ? json.read(cell) : new Json.Text(cell);
    }

    private List<String> cells(String text) {
        try {
            List<CsvRecord> records = reader.ofCsvRecord(text).stream().toList();
            if (records.size() != 1) {
                throw new BadRecord("not one CSV record");
            }
            return records.get(0).getFields();
        } catch (CsvParseException broken) {
            throw new BadRecord("broken CSV: text after a closing quote, or too many cells");
        }
    }
}
