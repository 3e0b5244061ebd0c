package ai.auditor.text.internal;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** Turns tokens back into text, special tokens included, by the native library. */
public final class TokenTexts {
    private TokenTexts() {}

    public static String of(Path modelDirectory, int[] ids) {
        try (InputStream json = Files.newInputStream(modelDirectory.resolve("tokenizer.json"));
                HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(json, Map.of())) {
            return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
