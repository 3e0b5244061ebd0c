package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the statements of a template, as jinja2.parser does. */
final class Parser {
    private final Tokens tokens;
    private final ExpressionParser expressions;
    private int loops;

    private Parser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        Parser parser = new Parser(new Tokens(Lexer.tokens(source)));
        List<Statement> statements = parser.body(Set.of());
        if (parser.tokens.current().kind() != Token.Kind.END) {
            throw parser.tokens.fault("unexpected " + parser.tokens.current().described());
        }
        return statements;
    }

    /** Statements up to a tag of one of these names, whose name is the current token then. */
    private List<Statement> body(Set<String> ends) {
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = tokens.current();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(tokens.next().text()));
                case PRINT_BEGIN -> {
                    tokens.next();
                    statements.add(new Statement.Print(printed(expressions.tuple(true, null, false))));
                    tokens.expect(Token.Kind.PRINT_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    tokens.next();
                    Token name = tokens.current();
                    if (name.kind() == Token.Kind.NAME && ends.contains(name.text())) {
                        return statements;
                    }
                    statements.add(tokens.nested(this::statement));
                    endTag();
                }
                default -> {
                    if (!ends.isEmpty()) {
                        throw tokens.fault("unexpected end of template: a tag is not closed");
                    }
                    return statements;
                }
            }
        }
    }

    /** Without autoescape, "safe" changes nothing at the end of what is printed; elsewhere it makes another type, unknown here. */
    private static Expression printed(Expression expression) {
        boolean safe = expression instanceof Expression.Filter filter
                && filter.name().equals("safe")
                && filter.inputs().equals(Expression.Inputs.NONE);
        return safe ? ((Expression.Filter) expression).input() : expression;
    }

    private void endTag() {
        tokens.expect(Token.Kind.BLOCK_END, "'%}'");
    }

    private void end(String name) {
        tokens.expectName(name);
    }

    private Statement statement() {
        Token name = tokens.expect(Token.Kind.NAME, "the name of a tag");
        return switch (name.text()) {
            case "if" -> conditional();
            case "for" -> loop();
            case "break" -> jump(name, Statement.Flow.BREAK);
            case "continue" -> jump(name, Statement.Flow.CONTINUE);
            case "set" -> set();
            case "macro" -> {
                Token macro = tokens.expect(Token.Kind.NAME, "the name of a macro");
                yield new Statement.MacroDefinition(macro.text(), macro(macro.text(), "endmacro"));
            }
            case "call" -> call(name.place());
            case "filter" -> {
                Expression body = new Expression.Name(name.place(), Statement.Capture.BODY);
                Expression filtered = expressions.filters(expressions.filter(body));
                yield new Statement.Capture(null, filtered, closed("endfilter"));
            }
            case "with" -> with();
            case "generation" -> new Statement.Scoped(List.of(), closed("endgeneration"));
            default -> throw tokens.fault("unknown tag '" + name.text() + "'", name.place());
        };
    }

    private List<Statement> closed(String end) {
        endTag();
        List<Statement> body = body(Set.of(end));
        end(end);
        return body;
    }

    private Statement jump(Token name, Statement.Flow flow) {
        if (loops == 0) {
            throw tokens.fault("'" + name.text() + "' outside of a loop", name.place());
        }
        return new Statement.Jump(flow);
    }

    private Statement conditional() {
        List<Statement.If.Branch> branches = new ArrayList<>();
        Set<String> ends = Set.of("elif", "else", "endif");
        String next = "elif";
        while (next.equals("elif")) {
            Expression condition = expressions.tuple(false, null, false);
            endTag();
            branches.add(new Statement.If.Branch(condition, body(ends)));
            next = tokens.next().text();
        }
        if (next.equals("else")) {
            branches.add(new Statement.If.Branch(null, closed("endif")));
        }
        return new Statement.If(branches);
    }

    private Statement loop() {
        Target target = target(false);
        tokens.expectName("in");
        Expression items = expressions.tuple(false, "recursive", false);
        Expression condition = tokens.skipName("if") ? expressions.expression() : null;
        if (tokens.current().name("recursive")) {
            throw tokens.fault("a recursive loop is not supported");
        }
        endTag();
        loops++;
        List<Statement> body = body(Set.of("else", "endfor"));
        loops--;
        List<Statement> otherwise = List.of();
        if (tokens.next().text().equals("else")) {
            otherwise = closed("endfor");
        }
        return new Statement.For(target, items, condition, body, otherwise);
    }

    private Target target(boolean members) {
        List<Target> targets = new ArrayList<>();
        boolean several = false;
        do {
            if (several && (tokens.current().name("in") || tokens.current().operator("="))) {
                break;
            }
            targets.add(oneTarget(members));
            several |= tokens.current().operator(",");
        } while (tokens.skipOperator(","));
        return several ? new Target.Several(targets) : targets.get(0);
    }

    private Target oneTarget(boolean members) {
        if (tokens.skipOperator("(")) {
            Target inner = tokens.nested(() -> target(members));
            tokens.expectOperator(")");
            return inner;
        }
        Token name = tokens.expect(Token.Kind.NAME, "a name to assign to");
        if (Set.of("true", "True", "false", "False", "none", "None").contains(name.text())) {
            throw tokens.fault("can't assign to '" + name.text() + "'", name.place());
        }
        if (members && tokens.skipOperator(".")) {
            String member = tokens.expect(Token.Kind.NAME, "a name").text();
            return new Target.Member(name.place(), name.text(), member);
        }
        return new Target.Variable(name.text());
    }

    private Statement set() {
        Place place = tokens.current().place();
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple(true, null, false));
        }
        Expression filtered = expressions.filters(new Expression.Name(place, Statement.Capture.BODY));
        return new Statement.Capture(target, filtered, closed("endset"));
    }

    private Statement with() {
        List<Statement.Assign> assignments = new ArrayList<>();
        while (tokens.current().kind() != Token.Kind.BLOCK_END) {
            if (!assignments.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = target(false);
            tokens.expectOperator("=");
            assignments.add(new Statement.Assign(target, expressions.expression()));
        }
        return new Statement.Scoped(assignments, closed("endwith"));
    }

    private Statement call(Place place) {
        Signature signature = tokens.current().operator("(") ? signature() : new Signature(List.of(), Map.of());
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw tokens.fault("expected a call", place);
        }
        return new Statement.CallBlock(macro(place, "caller", signature, "endcall"), call);
    }

    private record Signature(List<String> parameters, Map<String, Expression> defaults) {}

    private Statement.Macro macro(String name, String end) {
        Place place = tokens.current().place();
        return macro(place, name, signature(), end);
    }

    private Statement.Macro macro(Place place, String name, Signature signature, String end) {
        Set<String> outside = expressions.swapRead(new HashSet<>());
        int outerLoops = loops;
        loops = 0;
        List<Statement> body = closed(end);
        loops = outerLoops;
        Set<String> used = expressions.swapRead(outside);
        used.retainAll(Set.of("caller", "varargs", "kwargs"));
        return new Statement.Macro(place, name, signature.parameters(), signature.defaults(), Set.copyOf(used), body);
    }

    private Signature signature() {
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new HashMap<>();
        tokens.expectOperator("(");
        while (!tokens.current().operator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name =
                    tokens.expect(Token.Kind.NAME, "the name of a parameter").text();
            parameters.add(name);
            @Nullable Expression otherwise = tokens.skipOperator("=") ? expressions.expression() : null;
            if (otherwise != null) {
                defaults.put(name, otherwise);
            } else if (!defaults.isEmpty()) {
                throw tokens.fault("non-default argument follows default argument");
            }
        }
        tokens.expectOperator(")");
        return new Signature(parameters, defaults);
    }
}
