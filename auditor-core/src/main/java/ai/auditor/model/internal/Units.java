package ai.auditor.model.internal;

/**
 * How a tensor lies in a file: a number of equal units, each decoded alone.
 *
 * @param bytes length of a unit in the file
 * @param floats numbers that a unit decodes to
 */
record Units(int count, int bytes, int floats, Decoding decoding) {}
