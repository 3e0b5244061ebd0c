package ai.auditor.text.internal.jinja;

import ai.auditor.Printable;

/** One token; the text of a string is its value, of data what is printed. */
record Token(Kind kind, String text, Place place) {
    enum Kind {
        DATA,
        PRINT_BEGIN,
        PRINT_END,
        BLOCK_BEGIN,
        BLOCK_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }

    boolean operator(String wanted) {
        return is(Kind.OPERATOR, wanted);
    }

    boolean name(String wanted) {
        return is(Kind.NAME, wanted);
    }

    /** Code points of a token that a message shows. */
    private static final int SHOWN = 40;

    String described() {
        return switch (kind) {
            case DATA -> "text";
            case PRINT_BEGIN -> "'{{'";
            case PRINT_END -> "'}}'";
            case BLOCK_BEGIN -> "'{%'";
            case BLOCK_END -> "'%}'";
            case STRING -> "a string";
            case NAME, INTEGER, FLOAT, OPERATOR -> "'" + Printable.cut(text, SHOWN) + "'";
            case END -> "the end of the template";
        };
    }
}
