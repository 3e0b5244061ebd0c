package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions by binding power, weakest first, as jinja2.parser does. */
final class ExpressionParser {
    /** Binary operators by how they bind, the weakest first; comparison and {@code ~} are between the second and third. */
    private static final List<Set<String>> ARITHMETIC =
            List.of(Set.of("+", "-"), Set.of("*", "/", "//", "%"), Set.of("**"));

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final Tokens tokens;
    /** Names that were read since a macro began. */
    private Set<String> read = new HashSet<>();

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Starts to note the names that are read; gives those noted before. */
    Set<String> swapRead(Set<String> other) {
        Set<String> before = read;
        read = other;
        return before;
    }

    Expression expression() {
        return tokens.nested(() -> conditional());
    }

    /** An expression without an inline if. */
    Expression unconditional() {
        return tokens.nested(() -> or());
    }

    /** One expression, or a tuple of several. */
    Expression tuple(boolean conditional, @Nullable String end, boolean parentheses) {
        Place place = tokens.current().place();
        List<Expression> items = new ArrayList<>();
        boolean tuple = false;
        while (true) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (tupleEnds(end)) {
                break;
            }
            items.add(conditional ? expression() : unconditional());
            if (!tokens.current().operator(",")) {
                break;
            }
            tuple = true;
        }
        if (!tuple && items.size() == 1) {
            return items.get(0);
        }
        if (items.isEmpty() && !parentheses) {
            throw tokens.fault(
                    "expected an expression, found " + tokens.current().described());
        }
        return new Expression.Items(place, Sequence.Kind.TUPLE, items);
    }

    private boolean tupleEnds(@Nullable String end) {
        Token token = tokens.current();
        return token.kind() == Token.Kind.PRINT_END
                || token.kind() == Token.Kind.BLOCK_END
                || token.operator(")")
                || (end != null && token.name(end));
    }

    private Expression conditional() {
        Expression yes = or();
        while (tokens.current().name("if")) {
            Place place = tokens.next().place();
            Expression condition = or();
            Expression no = tokens.skipName("else") ? expression() : null;
            yes = new Expression.Conditional(place, condition, yes, no);
        }
        return yes;
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().name("or")) {
            Place place = tokens.next().place();
            left = new Expression.Logic(place, false, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().name("and")) {
            Place place = tokens.next().place();
            left = new Expression.Logic(place, true, left, not());
        }
        return left;
    }

    private Expression not() {
        if (tokens.current().name("not")) {
            Place place = tokens.next().place();
            return new Expression.Unary(place, "not", tokens.nested(this::not));
        }
        return comparison();
    }

    private Expression comparison() {
        Expression first = arithmetic(0);
        Place place = tokens.current().place();
        List<Expression.Comparison.Link> links = new ArrayList<>();
        while (true) {
            String operator;
            if (tokens.current().kind() == Token.Kind.OPERATOR
                    && COMPARISONS.contains(tokens.current().text())) {
                operator = tokens.next().text();
            } else if (tokens.skipName("in")) {
                operator = "in";
            } else if (tokens.current().name("not") && tokens.following().name("in")) {
                tokens.next();
                tokens.next();
                operator = "not in";
            } else {
                return links.isEmpty() ? first : new Expression.Comparison(place, first, links);
            }
            links.add(new Expression.Comparison.Link(operator, arithmetic(0)));
        }
    }

    private Expression arithmetic(int level) {
        if (level == ARITHMETIC.size()) {
            return unary(true);
        }
        Expression left = operand(level);
        while (tokens.current().kind() == Token.Kind.OPERATOR
                && ARITHMETIC.get(level).contains(tokens.current().text())) {
            Token operator = tokens.next();
            left = new Expression.Binary(operator.place(), operator.text(), left, operand(level));
        }
        return left;
    }

    /** What a level's operators join: concatenation binds tighter than a sum, and weaker than a product. */
    private Expression operand(int level) {
        if (level != 0) {
            return arithmetic(level + 1);
        }
        Place place = tokens.current().place();
        List<Expression> parts = new ArrayList<>(List.of(arithmetic(1)));
        while (tokens.skipOperator("~")) {
            parts.add(arithmetic(1));
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(place, parts);
    }

    private Expression unary(boolean filters) {
        Token token = tokens.current();
        Expression expression;
        if (token.operator("-") || token.operator("+")) {
            tokens.next();
            expression = new Expression.Unary(token.place(), token.text(), tokens.nested(() -> unary(false)));
        } else {
            expression = primary();
        }
        expression = postfix(expression);
        return filters ? filtersAndTests(expression) : expression;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> named(token);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.current().kind() == Token.Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Constant(token.place(), new Text(text.toString()));
            }
            case INTEGER -> new Expression.Constant(token.place(), new Int(integer(token)));
            case FLOAT -> new Expression.Constant(token.place(), new Real(Double.parseDouble(token.text())));
            case OPERATOR -> bracketed(token);
            default -> throw tokens.fault("unexpected " + token.described(), token.place());
        };
    }

    private Expression named(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Constant(token.place(), Bool.TRUE);
            case "false", "False" -> new Expression.Constant(token.place(), Bool.FALSE);
            case "none", "None" -> new Expression.Constant(token.place(), None.NONE);
            default -> {
                read.add(token.text());
                yield new Expression.Name(token.place(), token.text());
            }
        };
    }

    private long integer(Token token) {
        String digits = token.text().toLowerCase(Locale.ROOT);
        try {
            return switch (digits.length() > 2 ? digits.charAt(1) : ' ') {
                case 'b' -> Long.parseLong(digits.substring(2), 2);
                case 'o' -> Long.parseLong(digits.substring(2), 8);
                case 'x' -> Long.parseLong(digits.substring(2), 16);
                default -> Long.parseLong(digits);
            };
        } catch (NumberFormatException overflow) {
            throw tokens.fault("an integer beyond 64 bits is not supported", token.place());
        }
    }

    private Expression bracketed(Token token) {
        switch (token.text()) {
            case "(" -> {
                Expression inner = tokens.nested(() -> tuple(true, null, true));
                tokens.expectOperator(")");
                return inner;
            }
            case "[" -> {
                List<Expression> items = new ArrayList<>();
                while (!tokens.current().operator("]")) {
                    if (!items.isEmpty()) {
                        tokens.expectOperator(",");
                    }
                    if (!tokens.current().operator("]")) {
                        items.add(expression());
                    }
                }
                tokens.expectOperator("]");
                return new Expression.Items(token.place(), Sequence.Kind.LIST, items);
            }
            case "{" -> {
                List<Expression> keys = new ArrayList<>();
                List<Expression> values = new ArrayList<>();
                while (!tokens.current().operator("}")) {
                    if (!keys.isEmpty()) {
                        tokens.expectOperator(",");
                    }
                    if (!tokens.current().operator("}")) {
                        keys.add(expression());
                        tokens.expectOperator(":");
                        values.add(expression());
                    }
                }
                tokens.expectOperator("}");
                return new Expression.Entries(token.place(), keys, values);
            }
            default -> throw tokens.fault("unexpected " + token.described(), token.place());
        }
    }

    private Expression postfix(Expression expression) {
        Expression result = expression;
        while (true) {
            Token token = tokens.current();
            if (token.operator(".")) {
                tokens.next();
                result = member(token.place(), result);
            } else if (token.operator("[")) {
                tokens.next();
                result = subscript(token.place(), result);
            } else if (token.operator("(")) {
                result = new Expression.Call(token.place(), result, inputs());
            } else {
                return result;
            }
        }
    }

    private Expression member(Place place, Expression owner) {
        Token name = tokens.next();
        if (name.kind() == Token.Kind.NAME) {
            return new Expression.Attribute(place, owner, name.text());
        }
        if (name.kind() == Token.Kind.INTEGER) {
            return new Expression.Item(place, owner, new Expression.Constant(place, new Int(integer(name))));
        }
        throw tokens.fault("expected name or number, found " + name.described(), name.place());
    }

    private Expression subscript(Place place, Expression owner) {
        Expression start = part();
        if (!tokens.current().operator(":")) {
            if (start == null) {
                throw tokens.fault("expected subscript expression");
            }
            if (tokens.current().operator(",")) {
                throw tokens.fault("a subscript with commas is not supported");
            }
            tokens.expectOperator("]");
            return new Expression.Item(place, owner, start);
        }
        Expression none = new Expression.Constant(place, None.NONE);
        tokens.expectOperator(":");
        Expression stop = part();
        Expression step = tokens.skipOperator(":") ? part() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(
                place, owner, start == null ? none : start, stop == null ? none : stop, step == null ? none : step);
    }

    /** One part of a subscript, absent before a colon or at its end. */
    private @Nullable Expression part() {
        return tokens.current().operator(":") || tokens.current().operator("]") ? null : expression();
    }

    private Expression filtersAndTests(Expression expression) {
        Expression result = expression;
        while (true) {
            if (tokens.current().operator("|")) {
                result = filters(result);
            } else if (tokens.current().name("is")) {
                result = test(result);
            } else if (tokens.current().operator("(")) {
                result = new Expression.Call(tokens.current().place(), result, inputs());
            } else {
                return result;
            }
        }
    }

    /** All filters that stand here. */
    Expression filters(Expression input) {
        Expression result = input;
        while (tokens.skipOperator("|")) {
            result = filter(result);
        }
        return result;
    }

    /** One filter, its bar read already. */
    Expression filter(Expression input) {
        Token name = tokens.expect(Token.Kind.NAME, "the name of a filter");
        return new Expression.Filter(name.place(), input, name.text(), optionalInputs());
    }

    private Expression test(Expression input) {
        Place place = tokens.next().place();
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Token.Kind.NAME, "the name of a test");
        Expression.Inputs inputs = Expression.Inputs.NONE;
        if (tokens.current().operator("(")) {
            inputs = inputs();
        } else if (argumentFollows()) {
            if (tokens.current().name("is")) {
                throw tokens.fault("tests can't be chained with is");
            }
            Expression argument = tokens.nested(() -> postfix(primary()));
            inputs = new Expression.Inputs(List.of(argument), Map.of());
        }
        Expression test = new Expression.Test(place, input, name.text(), inputs);
        return negated ? new Expression.Unary(place, "not", test) : test;
    }

    private boolean argumentFollows() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> !(token.name("else") || token.name("or") || token.name("and"));
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.operator("[") || token.operator("{");
            default -> false;
        };
    }

    private Expression.Inputs optionalInputs() {
        return tokens.current().operator("(") ? inputs() : Expression.Inputs.NONE;
    }

    private Expression.Inputs inputs() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.current().operator(")")) {
            if (!positional.isEmpty() || !named.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.current().operator(")")) {
                    break;
                }
            }
            if (tokens.current().operator("*") || tokens.current().operator("**")) {
                throw tokens.fault("unpacking arguments is not supported");
            }
            if (tokens.current().kind() == Token.Kind.NAME && tokens.following().operator("=")) {
                String name = tokens.next().text();
                tokens.next();
                if (named.put(name, expression()) != null) {
                    throw tokens.fault("keyword argument repeated: " + name);
                }
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.fault("a positional argument after a named one");
            }
        }
        tokens.expectOperator(")");
        return new Expression.Inputs(positional, named);
    }
}
