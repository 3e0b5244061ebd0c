package ai.auditor.data.internal;

/**
 * Where a record stands.
 *
 * @param file what messages call its file
 * @param line 1-based line of the file, or 0 where the file has no lines
 * @param record 0-based record number in the dataset
 */
public record Place(String file, long line, long record) {
    @Override
    public String toString() {
        return file + (line > 0 ? ", line " + line : ", record " + record);
    }
}
