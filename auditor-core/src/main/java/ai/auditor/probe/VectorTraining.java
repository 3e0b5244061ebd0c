package ai.auditor.probe;

/**
 * How a vector in the residual stream is trained on rows: AdamW, the rate falling to zero over all steps.
 *
 * @param learningRate at the start, in the units of the residual stream: about how far a step moves each number of the vector
 * @param epochs passes over the rows
 * @param batchRows rows of one step
 * @param seed of the order of the rows
 */
public record VectorTraining(double learningRate, int epochs, int batchRows, long seed) {}
