package ai.auditor.report.internal;

import ai.auditor.probe.Table;

/**
 * A drawn chart with the numbers behind it.
 *
 * @param title one sentence that says what is to be seen
 * @param svg the picture, ready to stand in a page
 * @param data the same as numbers, for those who cannot see or trust the picture
 */
public record Figure(String title, String svg, Table data) {}
