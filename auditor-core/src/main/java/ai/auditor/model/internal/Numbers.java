package ai.auditor.model.internal;

import java.nio.FloatBuffer;

/** The numbers of a stored tensor, one behind the other as they lie in the file. */
interface Numbers {
    /** Starts at the first of them. */
    Cursor open();

    /** A place among the numbers. */
    interface Cursor extends AutoCloseable {
        /** Fills what remains of a buffer with the numbers that follow. */
        void next(FloatBuffer target);

        /** After the last number: checks what can be checked only there. */
        default void finish() {}

        @Override
        default void close() {}
    }

    /** Numbers of equal width that lie in a file as they are. */
    static Numbers mapped(MappedFile file, long offset, int width, Decoding decoding) {
        return () -> new Cursor() {
            private long at = offset;

            @Override
            public void next(FloatBuffer target) {
                int count = target.remaining();
                file.read(at, new Units(count, width, 1, decoding), target);
                at += (long) count * width;
            }
        };
    }
}
