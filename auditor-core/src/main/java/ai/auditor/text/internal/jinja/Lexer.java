package ai.auditor.text.internal.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Splits a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} on, as jinja2.lexer does. */
final class Lexer {
    /** More than any 64-bit number takes; a regular expression that repeats a group goes as deep as it repeats. */
    static final int LONGEST_NUMBER = 400;

    private static final Pattern SPACE = Pattern.compile("[\\s\\x1c-\\x1f\\x85\\p{Z}]+");
    private static final Pattern FLOAT =
            Pattern.compile("(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](_?[0-1])+|0[oO](_?[0-7])+|0[xX](_?[\\da-fA-F])+|[1-9](_?\\d)*|0(_?0)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*");
    private static final Pattern STRING =
            Pattern.compile("'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"", Pattern.DOTALL);
    private static final Pattern OPERATOR = Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;]");
    private static final Pattern RAW = Pattern.compile("[-+]?\\s*raw\\s*(-%}\\s*|%})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%}|-%}\\s*|%}\\n?)");
    private static final Pattern OPENING = Pattern.compile("\\{[{%#]");
    private static final Pattern BLOCK_END = Pattern.compile("\\+%}|-%}\\s*|%}\\n?");
    private static final Pattern PRINT_END = Pattern.compile("-}}\\s*|}}");
    private static final Pattern COMMENT_END = Pattern.compile("\\+#}|-#}\\s*|#}\\n?");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private final List<Integer> lineStarts = new ArrayList<>(List.of(0));
    private int position;

    private Lexer(String source) {
        String text = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        for (int i = 0; i < this.source.length(); i++) {
            if (this.source.charAt(i) == '\n') {
                lineStarts.add(i + 1);
            }
        }
    }

    static List<Token> tokens(String source) {
        Lexer lexer = new Lexer(source);
        lexer.template();
        return List.copyOf(lexer.tokens);
    }

    private Place place(int offset) {
        int found = Collections.binarySearch(lineStarts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Place(line + 1, offset - lineStarts.get(line) + 1);
    }

    private TemplateFault fault(String message, int offset) {
        return new TemplateFault(message, place(offset), false);
    }

    private void add(Token.Kind kind, String text, int offset) {
        tokens.add(new Token(kind, text, place(offset)));
    }

    private void data(String text, int offset) {
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text, offset);
        }
    }

    private Matcher at(Pattern pattern) {
        return pattern.matcher(source).useTransparentBounds(true).region(position, source.length());
    }

    private void template() {
        while (position < source.length()) {
            Matcher opening = at(OPENING);
            if (!opening.find()) {
                data(source.substring(position), position);
                break;
            }
            int begin = opening.start();
            char kind = source.charAt(begin + 1);
            char sign = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
            boolean signed = sign == '-' || sign == '+';
            data(stripped(source.substring(position, begin), sign, kind == '{'), position);
            position = begin + 2;
            Matcher raw = at(RAW);
            if (kind == '%' && raw.lookingAt()) {
                position = raw.end();
                raw(begin);
                continue;
            }
            position += signed ? 1 : 0;
            switch (kind) {
                case '#' -> comment(begin);
                case '%' -> tag(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, BLOCK_END, begin);
                default -> tag(Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, PRINT_END, begin);
            }
        }
        add(Token.Kind.END, "", source.length());
    }

    /** The text before a tag: without white space if the tag says so, or if it is all that stands before a block on its line. */
    private String stripped(String text, char sign, boolean print) {
        if (sign == '-') {
            return PythonText.strip(text, PythonText::space, false, true);
        }
        if (sign == '+' || print) {
            return text;
        }
        int line = text.lastIndexOf('\n') + 1;
        boolean lineStarting = position == 0 || source.charAt(position - 1) == '\n';
        boolean blank = text.substring(line).codePoints().allMatch(PythonText::space);
        return blank && (line > 0 || lineStarting) ? text.substring(0, line) : text;
    }

    private void comment(int begin) {
        Matcher end = at(COMMENT_END);
        if (!end.find()) {
            throw fault("missing end of comment", begin);
        }
        position = end.end();
    }

    private void raw(int begin) {
        Matcher end = at(END_RAW);
        if (!end.find()) {
            throw fault("missing end of raw", begin);
        }
        String sign = end.group(1);
        String text = source.substring(position, end.start());
        data(stripped(text, sign.isEmpty() ? ' ' : sign.charAt(0), false), position);
        position = end.end();
    }

    private void tag(Token.Kind open, Token.Kind close, Pattern ending, int begin) {
        add(open, "", begin);
        Deque<Character> brackets = new ArrayDeque<>();
        while (true) {
            Matcher end = at(ending);
            if (brackets.isEmpty() && end.lookingAt()) {
                add(close, "", position);
                position = end.end();
                return;
            }
            if (position >= source.length()) {
                throw fault("missing end of tag", begin);
            }
            token(brackets);
        }
    }

    private void token(Deque<Character> brackets) {
        if (accept(SPACE) != null) {
            return;
        }
        int start = position;
        String text;
        if ((text = number(FLOAT)) != null) {
            add(Token.Kind.FLOAT, text.replace("_", ""), start);
        } else if ((text = number(INTEGER)) != null) {
            add(Token.Kind.INTEGER, text.replace("_", ""), start);
        } else if ((text = accept(NAME)) != null) {
            add(Token.Kind.NAME, text, start);
        } else if ((text = accept(STRING)) != null) {
            add(Token.Kind.STRING, unescaped(text.substring(1, text.length() - 1), start), start);
        } else if ((text = accept(OPERATOR)) != null) {
            balance(text, brackets, start);
            add(Token.Kind.OPERATOR, text, start);
        } else {
            throw fault("unexpected character", position);
        }
    }

    private @Nullable String number(Pattern pattern) {
        int start = position;
        int end = Math.min(source.length() - position, LONGEST_NUMBER + 1) + position;
        String number = accept(at(pattern).region(position, end));
        if (number != null && number.length() > LONGEST_NUMBER) {
            throw fault("a number of more than " + LONGEST_NUMBER + " characters", start);
        }
        return number;
    }

    private @Nullable String accept(Pattern pattern) {
        return accept(at(pattern));
    }

    private @Nullable String accept(Matcher matcher) {
        if (!matcher.lookingAt()) {
            return null;
        }
        position = matcher.end();
        return matcher.group();
    }

    private void balance(String operator, Deque<Character> brackets, int offset) {
        char bracket = operator.charAt(0);
        switch (bracket) {
            case '(' -> brackets.push(')');
            case '[' -> brackets.push(']');
            case '{' -> brackets.push('}');
            case ')', ']', '}' -> {
                if (brackets.isEmpty() || brackets.pop() != bracket) {
                    throw fault("unexpected '" + bracket + "'", offset);
                }
            }
            default -> {}
        }
    }

    /** Python's unicode_escape codec; an unknown escape stays as it is. */
    private String unescaped(String text, int offset) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character != '\\') {
                out.append(character);
                continue;
            }
            char escape = text.charAt(++i);
            switch (escape) {
                case '\n' -> {}
                case '\\', '\'', '"' -> out.append(escape);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> i += point(text, i + 1, 2, offset, out);
                case 'u' -> i += point(text, i + 1, 4, offset, out);
                case 'U' -> i += point(text, i + 1, 8, offset, out);
                case 'N' -> throw fault("an escape by character name is not supported", offset);
                default -> {
                    if (escape >= '0' && escape <= '7') {
                        i += octal(text, i, out) - 1;
                    } else {
                        out.append('\\').append(escape);
                    }
                }
            }
        }
        return out.toString();
    }

    private int point(String text, int start, int digits, int offset, StringBuilder out) {
        String hex = text.substring(start, Math.min(text.length(), start + digits));
        if (!hex.matches("[0-9a-fA-F]{" + digits + "}") || Long.parseLong(hex, 16) > Character.MAX_CODE_POINT) {
            throw fault("truncated or illegal escape in a string", offset);
        }
        out.appendCodePoint(Integer.parseInt(hex, 16));
        return digits;
    }

    private static int octal(String text, int start, StringBuilder out) {
        int end = start;
        while (end < text.length() && end < start + 3 && text.charAt(end) >= '0' && text.charAt(end) <= '7') {
            end++;
        }
        out.append((char) Integer.parseInt(text.substring(start, end), 8));
        return end - start;
    }
}
