package ai.auditor.text.internal.jinja;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tokens of a template, read from the first to the last. */
final class Tokens {
    private final List<Token> tokens;
    private int position;
    private int depth;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    /** The token after the current one. */
    Token following() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = current();
        position = Math.min(position + 1, tokens.size() - 1);
        return token;
    }

    boolean skipOperator(String operator) {
        boolean here = current().operator(operator);
        if (here) {
            next();
        }
        return here;
    }

    boolean skipName(String name) {
        boolean here = current().name(name);
        if (here) {
            next();
        }
        return here;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw fault("expected '" + operator + "', found " + current().described());
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw fault("expected '" + name + "', found " + current().described());
        }
    }

    Token expect(Token.Kind kind, String what) {
        if (current().kind() != kind) {
            throw fault("expected " + what + ", found " + current().described());
        }
        return next();
    }

    /** Parses something that can hold itself, down to a bound. */
    <T> T nested(Supplier<T> parser) {
        if (++depth > Run.MAX_DEPTH) {
            throw fault("the template nests deeper than " + Run.MAX_DEPTH + " levels");
        }
        T result = parser.get();
        depth--;
        return result;
    }

    TemplateFault fault(String message) {
        return fault(message, null);
    }

    TemplateFault fault(String message, @Nullable Place place) {
        return new TemplateFault(message, place == null ? current().place() : place, false);
    }
}
