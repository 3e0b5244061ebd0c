package ai.auditor.capture;

import ai.auditor.tensor.Tensor;

/**
 * States of tokens at a point, as a batch brought them; the tensor is closed behind whoever is shown it.
 *
 * @param states {@code [tokens, d_model]}; the tokens of a row stand together, in order
 * @param rows index of each token's row, {@code [tokens]}
 * @param positions of each token in its row, {@code [tokens]}
 */
public record TokenStates(Tensor states, int[] rows, int[] positions) {}
