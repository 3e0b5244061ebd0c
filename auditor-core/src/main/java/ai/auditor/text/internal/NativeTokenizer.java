package ai.auditor.text.internal;

import ai.auditor.AuditException;
import ai.auditor.NativeLibrary;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Utils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/** One tokenizer of Hugging Face's native library. It may be used by several threads. */
public final class NativeTokenizer implements AutoCloseable {
    /** Measured on Linux. */
    private static final String UNPACKED = "15 MB";

    private final HuggingFaceTokenizer tokenizer;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * Opens the tokenizer that this JSON describes, which neither cuts nor pads.
     *
     * @throws IllegalArgumentException if the native library refuses it
     * @throws AuditException {@code OUTPUT} where the library cannot be unpacked or loaded
     */
    public static NativeTokenizer open(String json) {
        NativeLibrary.stayOffline();
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError failed) {
            throw NativeLibrary.notLoaded("the tokenizers", UNPACKED, Utils.getEngineCacheDir(), failed);
        }
        // DJL cuts at 512 tokens and pads unless told otherwise.
        Map<String, String> options = Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        try {
            return new NativeTokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), options));
        } catch (IOException | RuntimeException error) {
            throw new IllegalArgumentException(error.getMessage(), error);
        }
    }

    /** Ids, and the span of each token in code points: {@code spans[0]} where it starts, {@code spans[1]} after its end. */
    public record Tokens(int[] ids, int[][] spans) {}

    /**
     * Encodes a text.
     *
     * @throws IllegalArgumentException if the native library fails
     */
    public Tokens encode(String text, boolean specialTokens) {
        Encoding encoding;
        try {
            encoding = tokenizer.encode(text, specialTokens, false);
        } catch (RuntimeException error) {
            throw new IllegalArgumentException(error.getMessage(), error);
        }
        long[] ids = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[][] positions = new int[2][ids.length];
        for (int i = 0; i < ids.length; i++) {
            CharSpan span = spans[i];
            // A token that stands for no character has no span.
            if (span != null) {
                positions[0][i] = span.getStart();
                positions[1][i] = span.getEnd();
            }
        }
        return new Tokens(Arrays.stream(ids).mapToInt(Math::toIntExact).toArray(), positions);
    }

    /**
     * The text of these ids, special tokens included.
     *
     * @throws IllegalArgumentException if the native library fails
     */
    public String decode(int[] ids) {
        try {
            return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), false);
        } catch (RuntimeException error) {
            throw new IllegalArgumentException(error.getMessage(), error);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
