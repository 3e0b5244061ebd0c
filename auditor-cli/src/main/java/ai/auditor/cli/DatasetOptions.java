package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.data.BadRows;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.data.Field;
import ai.auditor.data.ReadOptions;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How rows are read, for every command that reads a dataset. */
final class DatasetOptions {
    /** What may be named as a dataset, for the help. */
    static final String KINDS =
            "JSONL, CSV, Parquet or Arrow; a file, a folder of files, or files with commas between them.";

    @Option(names = "--prompt", paramLabel = "TEXT", description = "User prompt of rows that hold only numbers.")
    private @Nullable String prompt;

    @Option(names = "--messages-field", paramLabel = "NAME", description = "Field that holds the messages.")
    private @Nullable String messagesField;

    @Option(names = "--prompt-field", paramLabel = "NAME", description = "Field that holds the prompt.")
    private @Nullable String promptField;

    @Option(names = "--completion-field", paramLabel = "NAME", description = "Field that holds the completion.")
    private @Nullable String completionField;

    @Option(names = "--text-field", paramLabel = "NAME", description = "Field that holds plain text.")
    private @Nullable String textField;

    @Option(names = "--numbers-field", paramLabel = "NAME", description = "Field that holds a list of numbers.")
    private @Nullable String numbersField;

    @Option(names = "--chosen-field", paramLabel = "NAME", description = "Field that holds the chosen answer.")
    private @Nullable String chosenField;

    @Option(names = "--rejected-field", paramLabel = "NAME", description = "Field that holds the rejected answer.")
    private @Nullable String rejectedField;

    @Option(
            names = "--max-bad-rows",
            paramLabel = "SHARE",
            defaultValue = "1%",
            converter = ShareConverter.class,
            description = "Share of bad rows above which nothing is audited (default: ${DEFAULT-VALUE}).")
    private double maxBadRows;

    double maxBadRows() {
        return maxBadRows;
    }

    /** Reads a dataset as {@link #readUsable(List, UnaryOperator, Progress)} does. */
    Dataset readUsable(List<Path> files, Progress progress) {
        return readUsable(files, UnaryOperator.identity(), progress);
    }

    /**
     * Reads a dataset that something can be done with.
     *
     * @param files as {@link UserPath#dataset} gives them
     * @param more what a command reads beside what these options say
     * @throws AuditException {@code DATA} for too many bad rows, {@code NOTHING_TO_AUDIT} without rows, and as {@link
     *     DatasetReader#read}
     */
    Dataset readUsable(List<Path> files, UnaryOperator<ReadOptions> more, Progress progress) {
        Dataset dataset = DatasetReader.read(files, more.apply(options()), progress);
        BadRows.requireFew(dataset.name(), dataset.badRows(), dataset.badRecords(), dataset.records(), maxBadRows);
        if (dataset.rows().isEmpty()) {
            throw new AuditException(
                    AuditException.Code.NOTHING_TO_AUDIT, dataset.name() + " has no rows: there is nothing to audit");
        }
        return dataset;
    }

    /**
     * A dataset as a model reads it.
     *
     * @throws AuditException {@code DATA} for too many rows that cannot be read so, or none that can
     */
    TokenizedDataset encode(Dataset dataset, ReferenceModel model, LongRows longRows, Progress progress) {
        return TokenizedDataset.encodeUsable(
                dataset, model.encoder(), model.facts().maxPositions(), longRows, maxBadRows, progress);
    }

    private ReadOptions options() {
        ReadOptions options = prompt == null ? ReadOptions.DEFAULT : ReadOptions.DEFAULT.withNumbersPrompt(prompt);
        options = named(options, Field.MESSAGES, messagesField);
        options = named(options, Field.PROMPT, promptField);
        options = named(options, Field.COMPLETION, completionField);
        options = named(options, Field.TEXT, textField);
        options = named(options, Field.NUMBERS, numbersField);
        options = named(options, Field.CHOSEN, chosenField);
        return named(options, Field.REJECTED, rejectedField);
    }

    private static ReadOptions named(ReadOptions options, Field field, @Nullable String name) {
        return name == null ? options : options.withField(field, name);
    }
}
