package ai.auditor.data;

/**
 * A record that cannot be audited, and why.
 *
 * @param file the dataset's name
 * @param line 1-based line in the file, or 0 where there is none
 * @param record 0-based record number
 * @param reason what is wrong, in words; never the row's own text, but for names of fields, escaped and cut
 */
public record BadRow(String file, long line, long record, String reason) implements Entry {}
