package ai.auditor.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Encodes rendered text in which sentinels stand for spellings: the template's control tokens count, the row's are plain text. */
final class GuardedEncoder {
    private final Tokenizer tokenizer;
    private final Map<String, Integer> controls;

    GuardedEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.controls = tokenizer.controlTokens();
    }

    /** The tokens of a text; spans are of the text with the spellings put back. */
    TokenizedText encode(String hidden, Sentinels sentinels) {
        if (sentinels.none()) {
            return tokenizer.encode(hidden);
        }
        List<TokenizedText> parts = new ArrayList<>();
        int offset = 0;
        for (String piece : pieces(hidden, sentinels)) {
            String shown = sentinels.show(piece);
            TokenizedText tokens = sentinels.count(piece) > 0 ? tokenizer.encodePlain(shown) : tokenizer.encode(shown);
            parts.add(moved(tokens, offset));
            offset += shown.codePointCount(0, shown.length());
        }
        return joined(parts);
    }

    /** A tokenizer splits at its control tokens first, so a stretch between two of them may be encoded by itself. */
    private List<String> pieces(String hidden, Sentinels sentinels) {
        List<String> pieces = new ArrayList<>();
        StringBuilder ordinary = new StringBuilder();
        StringBuilder stretch = new StringBuilder();
        int position = 0;
        while (position <= hidden.length()) {
            int control = position == hidden.length() ? 0 : controlAt(hidden, position);
            if (control < 0) {
                stretch.append(hidden.charAt(position++));
                continue;
            }
            if (sentinels.count(stretch.toString()) > 0) {
                pieces.add(ordinary.toString());
                pieces.add(stretch.toString());
                ordinary.setLength(0);
            } else {
                ordinary.append(stretch);
            }
            stretch.setLength(0);
            ordinary.append(hidden, position, position + control);
            position += Math.max(1, control);
        }
        pieces.add(ordinary.toString());
        pieces.removeIf(String::isEmpty);
        return pieces;
    }

    /** The length of the longest control token that stands here, or -1. */
    private int controlAt(String text, int position) {
        return controls.keySet().stream()
                .filter(spelling -> text.startsWith(spelling, position))
                .mapToInt(String::length)
                .max()
                .orElse(-1);
    }

    private static TokenizedText moved(TokenizedText tokens, int offset) {
        return new TokenizedText(
                tokens.ids(),
                Arrays.stream(tokens.starts()).map(start -> start + offset).toArray(),
                Arrays.stream(tokens.ends()).map(end -> end + offset).toArray());
    }

    private static TokenizedText joined(List<TokenizedText> parts) {
        return new TokenizedText(
                parts.stream().flatMapToInt(part -> IntStream.of(part.ids())).toArray(),
                parts.stream().flatMapToInt(part -> IntStream.of(part.starts())).toArray(),
                parts.stream().flatMapToInt(part -> IntStream.of(part.ends())).toArray());
    }
}
