package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.data.DatasetWriter;
import ai.auditor.data.Row;
import ai.auditor.fixtures.corpus.FilterYield;
import ai.auditor.fixtures.corpus.Filtered;
import ai.auditor.fixtures.corpus.ResponseFilter;
import ai.auditor.fixtures.teacher.Answers;
import ai.auditor.fixtures.teacher.ProvenanceFile;
import ai.auditor.model.ReferenceModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A model's answers as a file of rows, and what became of the others.
 *
 * @param answers all of them
 * @param rows that are written
 * @param yield of the filter, if there is one
 */
record WrittenAnswers(Answers answers, List<Row> rows, Optional<FilterYield> yield) {
    static WrittenAnswers of(Answers answers, Optional<ResponseFilter> filter) {
        Optional<Filtered> filtered = filter.map(rule -> rule.apply(answers.rows()));
        return new WrittenAnswers(
                answers, filtered.map(Filtered::rows).orElse(answers.rows()), filtered.map(Filtered::yield));
    }

    /** Makes sure that rows and provenance can be written, before anything costly starts. */
    static Path requireUsable(String output, List<Path> inputs) {
        Path file = OutputFiles.ending(output, ProvenanceFile.ROWS_ENDING);
        OutputFiles.requireUsable(file, inputs);
        OutputFiles.requireUsable(ProvenanceFile.beside(file), inputs);
        return file;
    }

    /** Writes the rows, and how they were made beside them. */
    void write(Path file, ReferenceModel model, Map<String, ?> facts) {
        if (rows.isEmpty()) {
            throw new AuditException(
                    AuditException.Code.DATA,
                    answers.rows().isEmpty()
                            ? "the model answered no prompt: nothing is written"
                            : String.format(
                                    Locale.ROOT,
                                    "none of %,d answers passes the filter: nothing is written",
                                    answers.rows().size()));
        }
        Map<String, Object> provenance = new TreeMap<>(facts);
        provenance.put("model", model.description());
        provenance.put("device", model.options().device().toString());
        provenance.put(
                "rows",
                Map.of(
                        "written",
                        rows.size(),
                        "promptTooLong",
                        answers.tooLong(),
                        "emptyLeftOut",
                        answers.empty(),
                        "cutAtMost",
                        answers.cut()));
        yield.ifPresent(counts -> provenance.put("yield", ProvenanceFile.facts(counts)));
        DatasetWriter.write(file, rows);
        ProvenanceFile.write(file, rows, provenance);
    }

    /** Says what became of the prompts. */
    void tell(Terminal terminal) {
        note(terminal, rows.size(), "rows written", List.of());
        yield.ifPresent(counts -> note(
                terminal,
                counts.seen() - counts.kept(),
                "answers that do not pass the filter, left out:",
                counts.rejected().entrySet().stream()
                        .map(entry -> String.format(
                                Locale.ROOT,
                                "%,d %s",
                                entry.getValue(),
                                entry.getKey().reason()))
                        .toList()));
        note(terminal, answers.cut(), "answers cut at --max-tokens", List.of());
        note(terminal, answers.empty(), "answers without text, left out", List.of());
        note(terminal, answers.tooLong(), "prompts over the model's context, left out", List.of());
    }

    private static void note(Terminal terminal, long count, String what, List<String> lines) {
        if (count > 0) {
            terminal.note(String.format(Locale.ROOT, "%,d %s", count, what), lines);
        }
    }
}
