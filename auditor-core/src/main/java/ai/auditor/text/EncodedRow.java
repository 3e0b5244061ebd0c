package ai.auditor.text;

/** What a row becomes: tokens, or a reason why it cannot be audited. */
public sealed interface EncodedRow permits TokenizedRow, UnusableRow {
    /** The row's 0-based record number. */
    long record();
}
