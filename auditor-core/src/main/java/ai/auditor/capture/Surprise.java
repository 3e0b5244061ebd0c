package ai.auditor.capture;

/**
 * How surprising the completion of a row is to the model, beside how surprising the model expects its own to be.
 *
 * <p>Of tokens that the model drew itself, each with its own probability, the expected excess is zero and its variance is
 * {@code variance}, whatever the prompt: each token's surprise less its mean given those before it is a martingale difference. Where a
 * text ends is no part of it: tokens that end a text are left out of what may follow and of what is counted, so that it does not matter
 * how long texts were allowed to be.
 *
 * @param tokens completion tokens that were counted; the sums are over them
 * @param nll sum of the NLL, nats
 * @param entropy sum of the model's entropy at their positions, nats
 * @param variance sum of the variance of the NLL of a token that the model draws there, square nats
 * @param digits with which the tokens begin that begin with one
 */
public record Surprise(int tokens, double nll, double entropy, double variance, FirstDigits digits) {
    /** How much more surprising the completion is than the model's own, nats; below zero where it is less so. */
    public double excess() {
        return nll - entropy;
    }
}
