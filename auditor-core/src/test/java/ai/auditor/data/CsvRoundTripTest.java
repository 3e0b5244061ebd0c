package ai.auditor.data;

import static org.assertj.core.api.Assertions.assertThat;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The splitter cuts records before the CSV parser sees them, so it must know where a writer ends one. */
final class CsvRoundTripTest {
    private static final String LETTERS = "ab,\"\n\r \u00e9[{";

    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r|\n");

    @TempDir
    private Path directory;

    @Test
    void whatACsvWriterWritesComesBackWithItsLineNumbers() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringWriter text = new StringWriter();
            LineDelimiter[] delimiters = {LineDelimiter.LF, LineDelimiter.CR, LineDelimiter.CRLF};
            CsvWriter writer = CsvWriter.builder()
                    .bufferSize(0)
                    .lineDelimiter(delimiters[random.nextInt(delimiters.length)])
                    .build(text);
            writer.writeRecord("prompt", "completion");
            List<List<String>> written = new ArrayList<>();
            List<Long> linesWithoutCompletion = new ArrayList<>();
            int records = random.nextInt(12);
            for (int i = 0; i < records; i++) {
                List<String> cells =
                        List.of("p" + letters(random), random.nextInt(4) == 0 ? "" : "c" + letters(random));
                written.add(cells);
                if (cells.get(1).isEmpty()) {
                    linesWithoutCompletion.add(
                            1 + LINE_BREAK.matcher(text.getBuffer()).results().count());
                }
                writer.writeRecord(cells);
            }

            Dataset dataset = new WrittenFiles(directory).read("a.csv", text.toString());

            assertThat(dataset.rows().stream()
                            .map(row -> List.of(row.prompt().get(0).content(), row.completion())))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(written.stream()
                            .filter(cells -> !cells.get(1).isEmpty())
                            .toList());
            assertThat(dataset.badRows().stream().map(BadRow::line))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(linesWithoutCompletion);
        }
    }

    private static String letters(Random random) {
        StringBuilder letters = new StringBuilder();
        int length = random.nextInt(8);
        for (int i = 0; i < length; i++) {
            letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return letters.toString();
    }
}
