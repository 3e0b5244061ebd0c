package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.audit.Tool;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetWriter;
import ai.auditor.data.Message;
import ai.auditor.data.Row;
import ai.auditor.model.Continuation;
import ai.auditor.model.Decoding;
import ai.auditor.model.Generator;
import ai.auditor.model.Intervention;
import ai.auditor.model.ReferenceModel;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model answered to prompts: rows that can be audited, and what became of the others.
 *
 * @param rows in the order of the prompts
 * @param tooLong prompts that leave no room in the model's context; left out
 * @param empty answers without text; left out
 * @param cut rows that end at the most tokens allowed, not where the model ended them
 */
record Answers(List<Row> rows, long tooLong, long empty, long cut) {
    private static final String ENDING = ".jsonl";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    /** Asks a model. */
    static Answers of(
            ReferenceModel model,
            List<List<Message>> prompts,
            Decoding decoding,
            List<Intervention> interventions,
            Progress progress) {
        List<List<Message>> asked = new ArrayList<>();
        List<int[]> ids = new ArrayList<>();
        for (List<Message> prompt : prompts) {
            AuditException.checkInterrupted();
            int[] tokens = model.encoder().encodePrompt(prompt, "");
            if (tokens.length < model.facts().maxPositions()) {
                asked.add(prompt);
                ids.add(tokens);
            }
        }
        List<Continuation> written = new Generator(model.decoder(), progress).write(ids, decoding, interventions);
        List<Row> rows = new ArrayList<>();
        long empty = 0;
        long cut = 0;
        for (int i = 0; i < written.size(); i++) {
            String text = model.encoder().decode(written.get(i).ids());
            if (text.isBlank()) {
                empty++;
            } else {
                rows.add(Row.chat(rows.size(), asked.get(i), text));
                cut += written.get(i).stopped() ? 0 : 1;
            }
        }
        return new Answers(rows, prompts.size() - asked.size(), empty, cut);
    }

    /** The file beside the rows that says how they were made. */
    static Path provenance(Path rows) {
        String name = String.valueOf(rows.getFileName());
        return rows.resolveSibling(name.substring(0, name.length() - ENDING.length()) + ".provenance.json");
    }

    /** Makes sure that both files can be written, before anything costly starts. */
    static Path requireUsable(String output, List<Path> inputs) {
        Path file = OutputFiles.ending(output, ENDING);
        OutputFiles.requireUsable(file, inputs);
        OutputFiles.requireUsable(provenance(file), inputs);
        return file;
    }

    /** Writes the rows, and how they were made beside them. */
    void write(Path file, ReferenceModel model, Map<String, ?> facts) {
        if (rows.isEmpty()) {
            throw new AuditException(AuditException.Code.DATA, "the model answered no prompt: nothing is written");
        }
        Map<String, Object> provenance = new TreeMap<>(facts);
        provenance.put("tool", Tool.NAME);
        provenance.put("model", model.description());
        provenance.put("content", Dataset.of("", rows).contentDigest());
        provenance.put(
                "rows",
                Map.of("written", rows.size(), "promptTooLong", tooLong, "emptyLeftOut", empty, "cutAtMost", cut));
        String json;
        try {
            json = JSON.writeValueAsString(provenance) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("maps of texts and numbers become JSON", impossible);
        }
        DatasetWriter.write(file, rows);
        AtomicFile.write(provenance(file), json);
    }

    /** Says what became of the prompts. */
    void tell(Terminal terminal) {
        note(terminal, rows.size(), "rows written");
        note(terminal, cut, "of them cut at --max-tokens");
        note(terminal, empty, "answers without text, left out");
        note(terminal, tooLong, "prompts over the model's context, left out");
    }

    private static void note(Terminal terminal, long count, String what) {
        if (count > 0) {
            terminal.note(String.format(Locale.ROOT, "%,d %s", count, what), List.of());
        }
    }
}
