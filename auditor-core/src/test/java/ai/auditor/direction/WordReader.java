package ai.auditor.direction;

import ai.auditor.data.Row;
import ai.auditor.model.Point;
import ai.auditor.stats.Matrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** A model of which all is known: its residual stream is the sum of one fixed vector a word, times the block's number plus one. */
record WordReader(long seed, int width) implements PromptReader {
    @Override
    public Map<Point, Matrix> promptLast(List<Prompt> prompts, List<Point> points) {
        return read(prompts, points, WordReader::text);
    }

    @Override
    public int[] tokens(List<Prompt> prompts) {
        return prompts.stream().mapToInt(prompt -> words(text(prompt)).length).toArray();
    }

    private static String text(Prompt prompt) {
        StringBuilder text = new StringBuilder();
        prompt.messages().forEach(message -> text.append(message.content()).append(' '));
        return text + prompt.answerPrefix();
    }

    private static String[] words(String text) {
        return text.strip().split("\\s+", -1);
    }

    @Override
    public Map<Point, Matrix> completionMean(List<Row> rows, List<Point> points) {
        return read(rows, points, Row::completion);
    }

    private <T> Map<Point, Matrix> read(List<T> items, List<Point> points, Function<T, String> text) {
        Map<Point, Matrix> read = new HashMap<>();
        for (Point point : points) {
            float[] values = new float[items.size() * width];
            for (int i = 0; i < items.size(); i++) {
                for (String word : words(text.apply(items.get(i)))) {
                    double[] vector = word(word, point);
                    for (int j = 0; j < width; j++) {
                        values[i * width + j] += (float) vector[j];
                    }
                }
            }
            read.put(point, new Matrix(items.size(), width, values));
        }
        return read;
    }

    double[] word(String word, Point point) {
        Random random = new Random(seed * 31 + word.hashCode());
        double[] vector = new double[width];
        for (int j = 0; j < width; j++) {
            vector[j] = random.nextGaussian() * (point.block() + 1);
        }
        return vector;
    }
}
