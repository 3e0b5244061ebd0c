package ai.auditor.text.internal.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Python's operators. */
final class Operators {
    private Operators() {}

    static long integer(Value value) {
        if (value instanceof Int number) {
            return number.value();
        }
        if (value instanceof Bool bool) {
            return bool.value() ? 1 : 0;
        }
        throw new Fault("'" + value.type() + "' object cannot be interpreted as an integer");
    }

    static long minus(long left, long right) {
        return exact(() -> Math.subtractExact(left, right));
    }

    private interface LongResult {
        long get();
    }

    private static long exact(LongResult operation) {
        try {
            return operation.get();
        } catch (ArithmeticException overflow) {
            throw new Fault("an integer beyond 64 bits is not supported");
        }
    }

    private static boolean whole(Value value) {
        return value instanceof Int || value instanceof Bool;
    }

    static boolean number(Value value) {
        return whole(value) || value instanceof Real;
    }

    static double real(Value value) {
        return value instanceof Real real ? real.value() : (double) integer(value);
    }

    static Value binary(Run run, String operator, Value left, Value right) {
        failOnUndefined(left);
        failOnUndefined(right);
        if (whole(left) && whole(right)) {
            return whole(operator, integer(left), integer(right));
        }
        if (number(left) && number(right)) {
            return real(operator, real(left), real(right));
        }
        if (operator.equals("+")) {
            if (left instanceof Text first && right instanceof Text second) {
                run.characters((long) first.value().length() + second.value().length());
                return new Text(first.value() + second.value());
            }
            if (left instanceof Sequence first && right instanceof Sequence second && first.kind() == second.kind()) {
                run.steps((long) first.values().size() + second.values().size());
                List<Value> values = new ArrayList<>(first.values());
                values.addAll(second.values());
                return new Sequence(first.kind(), values);
            }
        }
        if (operator.equals("*") && whole(right)) {
            return repeated(run, left, integer(right));
        }
        if (operator.equals("*") && whole(left)) {
            return repeated(run, right, integer(left));
        }
        if (operator.equals("%") && left instanceof Text) {
            throw new Fault("formatting with % is not supported");
        }
        throw unsupported(operator, left, right);
    }

    private static Fault unsupported(String operator, Value left, Value right) {
        return new Fault(
                "unsupported operand types for " + operator + ": '" + left.type() + "' and '" + right.type() + "'");
    }

    private static void failOnUndefined(Value value) {
        if (value instanceof Undefined undefined) {
            throw new Fault(undefined.reason());
        }
    }

    private static Value repeated(Run run, Value value, long count) {
        int times = (int) Math.max(0, Math.min(Integer.MAX_VALUE, count));
        if (value instanceof Text text) {
            Text.requireFits((long) text.value().length() * times);
            run.characters((long) text.value().length() * times);
            return new Text(text.value().repeat(text.value().isEmpty() ? 0 : times));
        }
        if (value instanceof Sequence sequence) {
            run.steps((long) sequence.values().size() * times);
            List<Value> values = new ArrayList<>();
            for (int i = 0; i < times && !sequence.values().isEmpty(); i++) {
                values.addAll(sequence.values());
            }
            return new Sequence(sequence.kind(), values);
        }
        throw unsupported("*", value, new Int(count));
    }

    private static Value whole(String operator, long left, long right) {
        return switch (operator) {
            case "+" -> new Int(exact(() -> Math.addExact(left, right)));
            case "-" -> new Int(minus(left, right));
            case "*" -> new Int(exact(() -> Math.multiplyExact(left, right)));
            case "/" -> new Real(quotient(left, right));
            case "//" -> new Int(Math.floorDiv(checked(left), nonZero(right)));
            case "%" -> new Int(Math.floorMod(left, nonZero(right)));
            case "**" -> right < 0 ? real(operator, (double) left, (double) right) : new Int(power(left, right));
            default -> throw new IllegalStateException(operator);
        };
    }

    private static double quotient(long left, long right) {
        long exactly = 1L << 53;
        if (Math.abs(left) > exactly || Math.abs(right) > exactly) {
            throw new Fault("a division of integers beyond 53 bits is not supported");
        }
        return (double) left / nonZero(right);
    }

    private static long checked(long value) {
        if (value == Long.MIN_VALUE) {
            throw new Fault("an integer beyond 64 bits is not supported");
        }
        return value;
    }

    private static long nonZero(long value) {
        if (value == 0) {
            throw new Fault("division by zero");
        }
        return value;
    }

    private static long power(long base, long exponent) {
        return exact(() -> {
            long result = 1;
            if (base == 0 || base == 1 || base == -1) {
                return exponent == 0 ? 1 : base == -1 && exponent % 2 == 0 ? 1 : base;
            }
            for (long i = 0; i < exponent; i++) {
                result = Math.multiplyExact(result, base);
            }
            return result;
        });
    }

    private static Value real(String operator, double left, double right) {
        if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
            throw new Fault("division by zero");
        }
        double remainder = left % right;
        boolean otherSign = remainder != 0 && (remainder < 0) != (right < 0);
        return switch (operator) {
            case "+" -> new Real(left + right);
            case "-" -> new Real(left - right);
            case "*" -> new Real(left * right);
            case "/" -> new Real(left / right);
            case "//" -> new Real(floored(left, right, remainder, otherSign));
            case "%" ->
                new Real(remainder == 0 ? Math.copySign(0.0, right) : otherSign ? remainder + right : remainder);
            case "**" -> power(left, right);
            default -> throw new IllegalStateException(operator);
        };
    }

    /** CPython's float_floor_div. */
    private static double floored(double left, double right, double remainder, boolean otherSign) {
        double quotient = (left - remainder) / right - (otherSign ? 1 : 0);
        if (quotient == 0) {
            return Math.copySign(0.0, left / right);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static Value power(double left, double right) {
        if (left == 0 && right < 0) {
            throw new Fault("0.0 cannot be raised to a negative power");
        }
        double result = Math.pow(left, right);
        if (Double.isNaN(result) && !Double.isNaN(left) && !Double.isNaN(right)) {
            throw new Fault("complex numbers are not supported");
        }
        if (Double.isInfinite(result) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
            throw new Fault("numerical result out of range");
        }
        return new Real(result);
    }

    static Value negative(Value value) {
        failOnUndefined(value);
        return value instanceof Real real ? new Real(-real.value()) : new Int(minus(0, signed("-", value)));
    }

    static Value positive(Value value) {
        failOnUndefined(value);
        return value instanceof Real real ? real : new Int(signed("+", value));
    }

    private static long signed(String operator, Value value) {
        if (!whole(value)) {
            throw new Fault("bad operand type for unary " + operator + ": '" + value.type() + "'");
        }
        return integer(value);
    }

    static boolean equal(Run run, Value left, Value right) {
        run.reads(
                left instanceof Text first && right instanceof Text second
                        ? Math.min(first.value().length(), second.value().length())
                        : 1);
        if (number(left) && number(right)) {
            return compareNumbers(left, right) == 0;
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        if (left instanceof Sequence first && right instanceof Sequence second) {
            return first.kind() == second.kind() && equal(run, first.values(), second.values());
        }
        if (left instanceof View first && right instanceof View second) {
            throw new Fault("comparing " + first.type() + " with " + second.type() + " is not supported");
        }
        if (left instanceof Dict first && right instanceof Dict second) {
            return first.entries().size() == second.entries().size()
                    && first.entries().entrySet().stream().allMatch(entry -> {
                        Value other = second.entries().get(entry.getKey());
                        return other != null && equal(run, entry.getValue(), other);
                    });
        }
        if (left instanceof Range first && right instanceof Range second) {
            return equal(run, list(first.iterator()), list(second.iterator()));
        }
        if (left instanceof Text || left instanceof None) {
            return left.equals(right);
        }
        return left == right;
    }

    private static boolean equal(Run run, List<Value> left, List<Value> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(run, left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The sign of left minus right, for what Python can order; anything beside a NaN, which no number is above or below. */
    static int compare(Run run, String operator, Value left, Value right) {
        failOnUndefined(left);
        failOnUndefined(right);
        if (number(left) && number(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof Text first && right instanceof Text second) {
            run.reads((long) first.value().length() + second.value().length());
            return compareText(first.value(), second.value());
        }
        if (left instanceof Sequence first && right instanceof Sequence second && first.kind() == second.kind()) {
            Iterator<Value> others = second.values().iterator();
            for (Value value : first.values()) {
                if (!others.hasNext()) {
                    return 1;
                }
                Value other = others.next();
                if (!equal(run, value, other)) {
                    return compare(run, operator, value, other);
                }
            }
            return others.hasNext() ? -1 : 0;
        }
        throw new Fault("'" + operator + "' not supported between instances of '" + left.type() + "' and '"
                + right.type() + "'");
    }

    private static int compareNumbers(Value left, Value right) {
        if (whole(left) && whole(right)) {
            return Long.compare(integer(left), integer(right));
        }
        double first = real(left);
        double second = real(right);
        if (Double.isNaN(first) || Double.isNaN(second)) {
            throw new Fault("a comparison with nan is not supported");
        }
        return first < second ? -1 : first > second ? 1 : 0;
    }

    /** By code points, which is not the order of UTF-16. */
    private static int compareText(String left, String right) {
        int[] first = left.codePoints().toArray();
        int[] second = right.codePoints().toArray();
        return Arrays.compare(first, second);
    }

    static boolean contains(Run run, Value container, Value member) {
        if (container instanceof Text text) {
            if (member instanceof Text part) {
                return Search.forward(run, text.value(), part.value()).from(0) >= 0;
            }
            if (member instanceof Undefined undefined) {
                throw new Fault(undefined.reason());
            }
            throw new Fault("'in <string>' requires string as left operand, not " + member.type());
        }
        if (container instanceof Dict dict) {
            run.reads(member.extent().weight());
            return dict.has(member);
        }
        for (Iterator<Value> values = container.iterator(); values.hasNext(); ) {
            if (equal(run, values.next(), member)) {
                return true;
            }
        }
        return false;
    }

    static List<Value> list(Iterator<Value> values) {
        List<Value> list = new ArrayList<>();
        values.forEachRemaining(list::add);
        return list;
    }

    /** {@code value.name}: an attribute first, then an item. */
    static Value attribute(Value value, String name) {
        if (name.startsWith("__") && name.endsWith("__") && !(value instanceof Undefined)) {
            return new Undefined("access to attribute '" + name + "' of '" + value.type() + "' object is unsafe");
        }
        Value attribute = value.attribute(name);
        return Objects.requireNonNullElseGet(attribute, () -> orUndefined(value.item(new Text(name)), value, name));
    }

    /** {@code value[key]}: an item first, then an attribute. */
    static Value item(Run run, Value value, Value key) {
        run.reads(value);
        run.reads(key);
        Value item = value.item(key);
        if (item == null && key instanceof Text name && !name.value().startsWith("_")) {
            item = value.attribute(name.value());
        }
        return orUndefined(
                item,
                value,
                key instanceof Text name ? name.value() : number(key) ? Printing.repr(key) : "(a " + key.type() + ")");
    }

    private static Value orUndefined(@Nullable Value found, Value owner, String name) {
        return found == null ? new Undefined("'" + owner.type() + " object' has no attribute '" + name + "'") : found;
    }
}
