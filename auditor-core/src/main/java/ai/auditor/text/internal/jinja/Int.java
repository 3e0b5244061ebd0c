package ai.auditor.text.internal.jinja;

/** Python's {@code int}, of 64 bits: what overflows is an error, never another number. */
record Int(long value) implements Value {
    @Override
    public String type() {
        return "int";
    }

    @Override
    public boolean truth() {
        return value != 0;
    }
}
