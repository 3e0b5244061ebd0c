package ai.auditor.data;

/** What a dataset holds at one place: a row, or a record that is none. */
public sealed interface Entry permits Row, BadRow {
    /** 0-based record number in its dataset; blank lines and the header of a CSV file are no records. */
    long record();
}
