package ai.auditor.text;

import ai.auditor.data.DatasetReader;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long one row takes on its way to tokens: the rows, the tokenizer and the template of {@code examples/}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class EncodingBenchmark {
    private static final Path MODEL = Path.of("../examples/organism");

    private final Tokenizer tokenizer = Tokenizer.open(MODEL);
    private final RowEncoder encoder = RowEncoder.load(MODEL, tokenizer);
    private final ChatTemplate template = ChatTemplate.find(MODEL).orElseThrow();
    private final Map<String, String> specialTokens = ChatTemplate.specialTokens(MODEL);
    private final List<Row> rows =
            DatasetReader.read(Path.of("../examples/control.jsonl")).rows();
    private final List<List<Message>> chats =
            rows.stream().map(EncodingBenchmark::messages).toList();
    private final List<String> texts = chats.stream()
            .map(chat -> template.render(chat, false, specialTokens))
            .toList();
    private int next;

    private static List<Message> messages(Row row) {
        List<Message> messages = new ArrayList<>(row.prompt());
        messages.add(new Message("assistant", row.completion()));
        return messages;
    }

    /** The rendered text of a row to tokens. */
    @Benchmark
    public TokenizedText tokenise() {
        return tokenizer.encode(texts.get(turn()));
    }

    /** The messages of a row to text. */
    @Benchmark
    public String template() {
        return template.render(chats.get(turn()), false, specialTokens);
    }

    /** A row to tokens and the place of its completion: prompt and whole rendered, control tokens looked for, tokenised. */
    @Benchmark
    public EncodedRow row() {
        return encoder.encode(rows.get(turn()));
    }

    private int turn() {
        next = (next + 1) % rows.size();
        return next;
    }

    @TearDown
    public void close() {
        tokenizer.close();
    }
}
