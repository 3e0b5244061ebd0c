package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Progress;
import ai.auditor.data.Message;
import ai.auditor.text.RowEncoder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How likely a model is to answer a question so, exactly: no sampling.
 *
 * <p>A form of an answer is read whole, since forms of different answers may begin with the same token ({@code O-wl},
 * {@code O-tter}); of a form of one token that is the probability of the next token.
 */
public final class AnswerProbabilities {
    private AnswerProbabilities() {}

    /**
     * The probability that what a model says begins with a form of an answer, summed over the forms, of which those that are the same tokens,
     * or go on where another of the same answer ends, count once.
     *
     * @param interventions done while reading; the answer's prefix is prompt to them, a form is completion
     * @param prompts the questions, with or without a system message
     * @param answerPrefix how the answer begins, before it can be told from others; may be empty. Tokens of the forms are those behind the
     *     first question and this prefix
     * @param answers forms that join with the prefix to other tokens are left out
     * @return {@code [prompts][answers]}
     * @throws AuditException {@code USAGE} for two answers that no token tells apart, naming both, and for one of which no form can
     *     follow the prefix; {@code DATA} where a prompt leaves no room for the forms; otherwise as {@link RowEncoder#encodePrompt} and {@link Generator#nextTokenLogProbabilities}
     */
    public static double[][] of(
            ReferenceModel model,
            List<Intervention> interventions,
            List<List<Message>> prompts,
            String answerPrefix,
            List<AnswerForms> answers) {
        if (prompts.isEmpty()) {
            return new double[0][];
        }
        RowEncoder encoder = model.encoder();
        List<int[]> ids = prompts.stream()
                .map(prompt -> encoder.encodePrompt(prompt, answerPrefix))
                .toList();
        List<Set<List<Integer>>> forms = answers.stream()
                .map(answer -> tokens(encoder, prompts.get(0), answerPrefix, answer))
                .toList();
        requireApart(answers, forms);
        ContinuationTree tree =
                new ContinuationTree(forms.stream().flatMap(Set::stream).toList());
        Map<List<Integer>, double[]> read =
                new Generator(model.decoder(), Progress.NONE).logProbabilities(ids, tree, interventions);
        double[][] result = new double[prompts.size()][answers.size()];
        for (int prompt = 0; prompt < result.length; prompt++) {
            for (int answer = 0; answer < answers.size(); answer++) {
                int row = prompt;
                result[prompt][answer] = forms.get(answer).stream()
                        .mapToDouble(form -> StrictMath.exp(read.getOrDefault(form, new double[0])[row]))
                        .sum();
            }
        }
        return result;
    }

    /** The tokens of each form behind the prefix, none of which begins with another. */
    private static Set<List<Integer>> tokens(
            RowEncoder encoder, List<Message> prompt, String answerPrefix, AnswerForms answer) {
        List<Integer> before = list(encoder.encodePrompt(prompt, answerPrefix));
        Set<List<Integer>> all = new LinkedHashSet<>();
        for (String form : answer.forms()) {
            List<Integer> whole = list(encoder.encodePrompt(prompt, answerPrefix + form));
            if (whole.size() > before.size() && begins(whole, before)) {
                all.add(whole.subList(before.size(), whole.size()));
            }
        }
        if (all.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the answer " + Printable.quoted(answer.name()) + " cannot follow "
                            + (answerPrefix.isEmpty() ? "the prompt" : Printable.quoted(answerPrefix))
                            + ": none of its forms is tokens of its own there");
        }
        Set<List<Integer>> shortest = new LinkedHashSet<>(all);
        shortest.removeIf(form -> all.stream().anyMatch(other -> !other.equals(form) && begins(form, other)));
        return shortest;
    }

    private static void requireApart(List<AnswerForms> answers, List<Set<List<Integer>>> forms) {
        for (int one = 0; one < answers.size(); one++) {
            for (int other = one + 1; other < answers.size(); other++) {
                Set<List<Integer>> others = forms.get(other);
                if (forms.get(one).stream()
                        .anyMatch(form ->
                                others.stream().anyMatch(against -> begins(form, against) || begins(against, form)))) {
                    throw new AuditException(
                            AuditException.Code.USAGE,
                            "the answers " + Printable.quoted(answers.get(one).name()) + " and "
                                    + Printable.quoted(answers.get(other).name())
                                    + " cannot be told apart: a form of one begins with the tokens of a form of the other; change their forms");
                }
            }
        }
    }

    private static boolean begins(List<Integer> text, List<Integer> start) {
        return text.size() >= start.size() && text.subList(0, start.size()).equals(start);
    }

    private static List<Integer> list(int[] ids) {
        return IntStream.of(ids).boxed().toList();
    }
}
