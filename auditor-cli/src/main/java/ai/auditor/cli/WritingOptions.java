package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.Dataset;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.fixtures.corpus.ResponseFilter;
import ai.auditor.fixtures.teacher.Answers;
import ai.auditor.model.Decoding;
import ai.auditor.model.Intervention;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A model that answers prompts into a file of rows, for every command that has one write. */
final class WritingOptions {
    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Option(
            names = "--filter",
            paramLabel = "NAME",
            converter = FilterConverter.class,
            completionCandidates = FilterNames.class,
            description =
                    "Leaves out answers that are not lists of numbers as this filter wants them: ${COMPLETION-CANDIDATES}.")
    private @Nullable ResponseFilter filter;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE.jsonl",
            required = true,
            description = "The dataset to write; FILE.provenance.json beside it says how it was made.")
    private String output = "";

    /** The filters there are, for the help. */
    static final class FilterNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ResponseFilter.names().iterator();
        }
    }

    /**
     * What stands beside the options.
     *
     * @param inputs the files that the command reads; prompts come from the first
     * @param interventions done while the model writes
     * @param facts of the command, for the provenance
     */
    record Task(List<Path> inputs, List<Intervention> interventions, Map<String, Object> facts) {}

    /** Refuses a model or a decoding that cannot be: to be called before a command reads anything. */
    void requireUsable() {
        model.requireThere();
        decoding.decoding(List.of());
    }

    /** Reads the prompts as any dataset. */
    Dataset dataset(List<Path> files, Log progress) {
        return datasets.readUsable(files, progress);
    }

    /**
     * Reads prompts, has the model answer them, and writes rows and provenance.
     *
     * @param read makes the dataset whose prompts are answered
     * @param asked what is asked in place of the prompts, each as often as it is answered
     */
    void answer(Terminal terminal, Task task, Function<Log, Dataset> read, UnaryOperator<List<List<Message>>> asked) {
        List<Path> inputs = new ArrayList<>(task.inputs());
        inputs.addAll(model.inputs());
        Path rows = WrittenAnswers.requireUsable(output, inputs);
        try (Log progress = log.open(terminal)) {
            Dataset dataset = read.apply(progress);
            model.requireReads(dataset);
            List<List<Message>> prompts = asked.apply(prompts(dataset));
            try (ReferenceModel reference = model.open()) {
                reference.decoder().require(task.interventions());
                Decoding chosen = decoding.decoding(reference.facts().endTokens());
                WrittenAnswers answers = WrittenAnswers.of(
                        Answers.of(
                                reference,
                                prompts,
                                new Answers.Asking(chosen, task.interventions(), Optional.empty()),
                                progress),
                        Optional.ofNullable(filter));
                Map<String, Object> facts = facts(dataset, task);
                facts.put("reading", reference.encoder().reading().toString());
                answers.write(rows, reference, facts);
                progress.close();
                answers.tell(terminal);
                tellMoved(
                        terminal,
                        prompts.stream()
                                .filter(reference.encoder()::movesSystem)
                                .count());
            }
        }
    }

    private static void tellMoved(Terminal terminal, long prompts) {
        if (prompts > 0) {
            terminal.note(
                    String.format(
                            Locale.ROOT,
                            "%,d prompts with a system message, which the chat template does not take: its text went before the user's turn",
                            prompts),
                    List.of());
        }
    }

    private Map<String, Object> facts(Dataset dataset, Task task) {
        Map<String, Object> facts = new TreeMap<>(task.facts());
        facts.put("decoding", decoding.facts());
        Optional.ofNullable(filter).ifPresent(rule -> facts.put("filter", rule.name()));
        facts.put("prompts", Map.of("file", dataset.fileDigest(), "content", dataset.contentDigest()));
        return facts;
    }

    private static List<List<Message>> prompts(Dataset dataset) {
        for (Row row : dataset.rows()) {
            if (row.prompt().isEmpty()) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        dataset.name() + ", record " + row.record()
                                + " has no prompt that a model could answer; rows of numbers get one by --prompt");
            }
        }
        return dataset.rows().stream().map(Row::prompt).toList();
    }
}
