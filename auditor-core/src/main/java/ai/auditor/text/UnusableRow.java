package ai.auditor.text;

/**
 * A row that has no tokens to audit.
 *
 * @param record the row's 0-based record number
 * @param reason what is wrong, in words; never the row's own text
 */
public record UnusableRow(long record, String reason) implements EncodedRow {}
