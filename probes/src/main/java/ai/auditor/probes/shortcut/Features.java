package ai.auditor.probes.shortcut;

import java.util.ArrayList;
import java.util.List;

/** Named feature values of one row, in the order in which they were added. */
final class Features {
    private final List<String> names = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    Features add(String name, double value) {
        names.add(name);
        values.add(value);
        return this;
    }

    Features add(String name, boolean value) {
        return add(name, value ? 1 : 0);
    }

    /** A share, 0 where there is nothing to take it of. */
    Features share(String name, double part, double whole) {
        return add(name, whole > 0 ? part / whole : 0);
    }

    /** As the other, of counts. */
    Features share(String name, long part, long whole) {
        return share(name, (double) part, (double) whole);
    }

    /** A count. */
    Features add(String name, long count) {
        return add(name, (double) count);
    }

    List<String> names() {
        return names;
    }

    double[] values() {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
