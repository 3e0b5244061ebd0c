package ai.auditor.data.internal;

/** Turns the text of one record into its fields. */
@FunctionalInterface
interface RecordFormat {
    /**
     * The record's fields by name.
     *
     * @throws BadRecord if the text is no record of this format
     */
    Json.Fields fields(String text);

    /** Records that are JSON objects of at most {@code maxLength} characters. */
    static RecordFormat json(int maxLength) {
        JsonReader reader = new JsonReader(maxLength);
        return text -> {
            if (reader.read(text) instanceof Json.Fields fields) {
                return fields;
            }
            throw new BadRecord("not a JSON object: the file must have one object a line");
        };
    }
}
