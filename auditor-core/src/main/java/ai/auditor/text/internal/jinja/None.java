package ai.auditor.text.internal.jinja;

/** Python's {@code None}. */
record None() implements Value {
    static final None NONE = new None();

    @Override
    public String type() {
        return "NoneType";
    }

    @Override
    public boolean truth() {
        return false;
    }
}
