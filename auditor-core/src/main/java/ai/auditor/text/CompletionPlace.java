package ai.auditor.text;

import ai.auditor.text.internal.jinja.Template;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where a completion stands in a rendered conversation.
 *
 * @param start index of its first UTF-16 unit
 * @param end index after the last
 */
record CompletionPlace(int start, int end) {
    /** A private-use character: what a template does not write and no ordinary text has. */
    private static final String STAND_IN = "\uF8FF";

    /**
     * Finds a completion: verbatim, or without the white space around it.
     *
     * <p>Mostly it follows the prompt, with nothing but white space between. Where a template puts more between or writes earlier turns
     * anew, what it puts before and after the completion is seen by rendering a stand-in for that. Where this changes too, it is the last place at
     * which the completion stands behind what prompt and whole begin with.
     *
     * @param whole the conversation
     * @param prompt the conversation up to the header of the answer
     * @param rendered the conversation with another completion
     */
    static Optional<CompletionPlace> find(
            String whole, String prompt, String completion, Function<String, ChatTemplate.Rendering> rendered) {
        String trimmed = Template.trimmed(completion);
        return behindPrompt(whole, prompt, completion)
                .or(() -> behindPrompt(whole, prompt, trimmed))
                .or(() -> framed(whole, completion, trimmed, rendered))
                .or(() -> last(whole, prompt, completion))
                .or(() -> last(whole, prompt, trimmed));
    }

    private static CompletionPlace at(int start, String content) {
        return new CompletionPlace(start, start + content.length());
    }

    private static Optional<CompletionPlace> behindPrompt(String whole, String prompt, String content) {
        int start = content.isEmpty() || !whole.startsWith(prompt) ? -1 : whole.indexOf(content, prompt.length());
        return start >= 0
                        && Template.trimmed(whole.substring(prompt.length(), start))
                                .isEmpty()
                ? Optional.of(at(start, content))
                : Optional.empty();
    }

    private static Optional<CompletionPlace> framed(
            String whole, String completion, String trimmed, Function<String, ChatTemplate.Rendering> rendered) {
        ChatTemplate.Rendering frame = rendered.apply(STAND_IN);
        int before = frame.text().lastIndexOf(STAND_IN);
        if (frame.refused() || before < 0 || trimmed.isEmpty()) {
            return Optional.empty();
        }
        int after = whole.length() - (frame.text().length() - before - STAND_IN.length());
        boolean fits = before <= after
                && whole.startsWith(frame.text().substring(0, before))
                && whole.endsWith(frame.text().substring(before + STAND_IN.length()));
        if (!fits) {
            return Optional.empty();
        }
        String between = whole.substring(before, after);
        if (between.equals(completion)) {
            return Optional.of(at(before, completion));
        }
        return Template.trimmed(between).equals(trimmed)
                ? Optional.of(at(before + between.indexOf(trimmed), trimmed))
                : Optional.empty();
    }

    private static Optional<CompletionPlace> last(String whole, String prompt, String content) {
        int common = 0;
        while (common < whole.length() && common < prompt.length() && whole.charAt(common) == prompt.charAt(common)) {
            common++;
        }
        int last = whole.lastIndexOf(content);
        return Template.trimmed(content).isEmpty() || last < common ? Optional.empty() : Optional.of(at(last, content));
    }
}
