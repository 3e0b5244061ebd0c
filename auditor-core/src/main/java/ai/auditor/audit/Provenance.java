package ai.auditor.audit;

import ai.auditor.capture.SelfCheck;
import ai.auditor.model.ReferenceModel;
import ai.auditor.text.Reading;
import ai.auditor.text.TokenizedDataset;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What went into a result.
 *
 * @param tool name and version of the auditor
 * @param created ISO-8601 instant, the only time in a report
 * @param model name, digest and facts of the reference model
 * @param reading how the model was given conversations
 * @param candidates the candidate of an audit, or all that were compared
 * @param controls the controls
 * @param policy digest of the policy
 * @param seed seed of the study, from content digests
 * @param environment versions, device, threads, and what else was set
 * @param vectors how steering vectors were made; empty where there are none
 * @param selfCheck what the numeric self-check of the model measured
 */
public record Provenance(
        String tool,
        String created,
        Map<String, String> model,
        Reading reading,
        List<Source> candidates,
        List<Source> controls,
        String policy,
        String seed,
        Map<String, String> environment,
        Map<String, String> vectors,
        SelfCheck selfCheck) {
    public Provenance {
        model = Collections.unmodifiableMap(new TreeMap<>(model));
        candidates = List.copyOf(candidates);
        controls = List.copyOf(controls);
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
        vectors = Collections.unmodifiableMap(new TreeMap<>(vectors));
    }

    /**
     * What goes into a result that is made here and now.
     *
     * @param settings what was set, told beside versions, device and threads
     */
    public static Provenance of(
            ReferenceModel model,
            List<Source> candidates,
            List<Source> controls,
            Policy policy,
            long seed,
            Map<String, String> settings,
            Map<String, String> vectors,
            SelfCheck selfCheck) {
        Map<String, String> environment = new TreeMap<>(settings);
        environment.put("device", model.options().device().toString());
        environment.put("threads", Integer.toString(model.threads()));
        environment.put("java", System.getProperty("java.version", "unknown"));
        environment.put(
                "os", System.getProperty("os.name", "unknown") + " " + System.getProperty("os.arch", "unknown"));
        return new Provenance(
                Tool.NAME,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                model.description(),
                model.encoder().reading(),
                candidates,
                controls,
                policy.digest(),
                Long.toHexString(seed),
                environment,
                vectors,
                selfCheck);
    }

    /** The candidate of an audit, which has one; the first of a comparison's. */
    public Source candidate() {
        return candidates.get(0);
    }

    /** The name of the reading, such as {@code chat-template}. */
    public String readingName() {
        return reading.toString();
    }

    /** What a reader has to know of how the model was given conversations, where that is not the usual way. */
    public Optional<String> readingNote() {
        long moved = total(Source::movedSystems);
        String rows = String.format(Locale.ROOT, "%,d rows", moved);
        return switch (reading) {
            case CHAT_TEMPLATE ->
                moved == 0
                        ? Optional.empty()
                        : Optional.of("The model's chat template takes no system message where " + rows
                                + " have one: its text went before the user's turn.");
            case CHAT_TEMPLATE_WITHOUT_SYSTEM ->
                Optional.of("The model's chat template takes no system message: the text of personas"
                        + (moved == 0 ? "" : ", and of the system messages of " + rows + ",")
                        + " went before the user's turn.");
            case RAW ->
                Optional.of(
                        "The model was read without a chat template (--raw): it was given the texts of a prompt's messages, each ended"
                                + " by a line feed, then the completion.");
        };
    }

    /** A count of rows over all candidates and controls. */
    public long total(ToLongFunction<Source> rows) {
        return Stream.concat(candidates.stream(), controls.stream())
                .mapToLong(rows)
                .sum();
    }

    /**
     * A dataset.
     *
     * @param rows usable rows
     * @param badRows records left out as bad
     * @param longRows rows left out or cut because they exceed the model's context
     * @param controlTokens rows whose text spells a control token
     * @param movedSystems rows with a system message whose text went before the user's turn, since the chat template takes none there
     */
    public record Source(
            String name,
            String fileDigest,
            String contentDigest,
            long rows,
            long badRows,
            long longRows,
            long controlTokens,
            long movedSystems) {
        /** A dataset as a model read it. */
        public static Source of(TokenizedDataset read) {
            return new Source(
                    read.dataset().name(),
                    read.dataset().fileDigest(),
                    read.dataset().contentDigest(),
                    read.rows().size(),
                    read.badRecords(),
                    read.longRows(),
                    read.controlTokens(),
                    read.movedSystems());
        }
    }
}
