package ai.auditor.text.internal.jinja;

/** Python's {@code float}. */
record Real(double value) implements Value {
    @Override
    public String type() {
        return "float";
    }

    @Override
    public boolean truth() {
        return value != 0;
    }
}
