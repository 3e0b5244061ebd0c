package ai.auditor.model;

/**
 * What a model wrote behind a prompt.
 *
 * @param ids the tokens, without the one that ended them
 * @param stopped whether a stop token ended them, not the limit
 */
public record Continuation(int[] ids, boolean stopped) {}
