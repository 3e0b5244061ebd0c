package ai.auditor.text.internal.jinja;

import java.util.List;

/** What an assignment sets. */
sealed interface Target {
    void assign(Frame frame, Value value);

    /** A variable. */
    record Variable(String name) implements Target {
        @Override
        public void assign(Frame frame, Value value) {
            frame.set(name, value);
        }
    }

    /** Several at once: {@code a, b}. */
    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Frame frame, Value value) {
            List<Value> values = Filters.items(frame.run(), value);
            if (values.size() != targets.size()) {
                throw new Fault("cannot unpack " + values.size() + " values into " + targets.size());
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(frame, values.get(i));
            }
        }
    }

    /** {@code namespace.name}. */
    record Member(Place place, String namespace, String name) implements Target {
        @Override
        public void assign(Frame frame, Value value) {
            frame.run().at(place);
            if (!(frame.get(namespace) instanceof Namespace found)) {
                throw new Fault("cannot assign attribute on non-namespace object");
            }
            found.attributes().put(name, value);
        }
    }
}
