package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.audit.Auditor;
import ai.auditor.audit.Policy;
import ai.auditor.data.Dataset;
import ai.auditor.data.Pairing;
import ai.auditor.data.Row;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probe.Study;
import ai.auditor.probe.Table;
import ai.auditor.probes.likelihood.LikelihoodStream;
import ai.auditor.text.LongRows;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Watches data batch by batch. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Watches data in the order in which they come, batch by batch, and stops as soon as a trait shows.",
            "For each trait the likelihood that candidate rows gain under its steering vector, beyond the other traits and the control: "
                    + "evidence that may be looked at after every batch without losing the level. No alarm clears nothing: "
                    + "audit the whole."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no alarm until the end",
            "1:alarm",
            "2:not completed: I/O, data, model, memory",
            "3:nothing to watch: no pairs, no --control",
            "4:usage, configuration, a named file that is not there",
            "130, 143:interrupted"
        })
final class StreamCommand implements Callable<Integer> {
    private static final int SHOWN = 5;
    private static final int ALARM = 1;

    /** From here on digits are no help to a reader. */
    private static final double FAR = 1e12;

    private final Terminal terminal;

    @Parameters(paramLabel = "CANDIDATE", description = "The data to watch: " + DatasetOptions.KINDS)
    private String candidate = "";

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description =
                    "Control data: the same prompts answered by the same model without the trait; named as CANDIDATE is.")
    private @Nullable String control;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TraitOptions traits = new TraitOptions();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    @Mixin
    private VectorOptions vectors = new VectorOptions();

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "100",
            converter = CountConverter.class,
            description = "Pairs of a batch, 20 or more (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--alpha",
            paramLabel = "SHARE",
            defaultValue = "1%",
            converter = ShareConverter.class,
            description = "Chance of any alarm, ever, where both are made alike (default: ${DEFAULT-VALUE}).")
    private double alpha;

    StreamCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> candidateFiles = UserPath.dataset(candidate, "candidate");
        Optional<List<Path>> controlFiles = Optional.ofNullable(control).map(name -> UserPath.dataset(name, "control"));
        model.requireThere();
        LikelihoodStream stream = new LikelihoodStream(alpha);
        TraitList traitList = traits.list(model);
        Optional<Path> vectorFile = vectors.file();
        // All rows of a batch are read: the batch is the bound.
        Policy policy = Policy.standard().toBuilder()
                .traits(traits.only())
                .costlyPrompts(0)
                .build();
        if (batch < policy.fewestPrompts()) {
            throw new AuditException(
                    AuditException.Code.USAGE, "--batch takes a number from " + policy.fewestPrompts() + " on");
        }
        controlFiles.ifPresent(files -> UserPath.requireApart(candidateFiles, files));
        List<Path> controlRun = controlFiles.orElseThrow(AuditCommand::noControl);
        Optional<SteeringVectors> steering = vectorFile.map(SteeringVectors::read);
        long records;
        try (Log progress = log.open(terminal)) {
            Dataset candidateRows = datasets.readUsable(candidateFiles, progress);
            Dataset controlRows = datasets.readUsable(controlRun, progress);
            model.requireReads(candidateRows);
            model.requireReads(controlRows);
            progress.report("loading " + model.shown(), 0, 0, "");
            try (ReferenceModel reference = model.open()) {
                // Rows that the model cannot read would else be missing from their batch.
                List<Row> readable = rows(candidateRows, reference, progress);
                List<Row> controls = rows(controlRows, reference, progress);
                List<Pairing.Pair> pairs = Pairing.byPrompt(readable, controls).pairs();
                if (pairs.size() < batch) {
                    throw new AuditException(
                            AuditException.Code.NOTHING_TO_AUDIT,
                            "only " + pairs.size() + " rows have a control row of the same prompt, and a batch takes "
                                    + batch);
                }
                records = candidateRows.records();
                Auditor.Builder auditor = Auditor.of(reference).policy(policy).traits(traitList);
                steering.ifPresent(auditor::vectors);
                int end;
                for (int start = 0; start < pairs.size() && stream.alarm().isEmpty(); start = end) {
                    // What is left after the last whole batch belongs to it.
                    end = pairs.size() - start < 2 * batch ? pairs.size() : start + batch;
                    List<Pairing.Pair> taken = pairs.subList(start, end);
                    Study study = auditor.build()
                            .prepare(
                                    Dataset.of("candidate", rows(readable, taken, Pairing.Pair::candidate)),
                                    Dataset.of("control", rows(controls, taken, Pairing.Pair::control)))
                            .study();
                    // Made once, the same for all batches.
                    auditor.vectors(study.vectors());
                    stream.add(study);
                    progress.report("stream", end, pairs.size(), "pairs");
                }
            }
            progress.close();
        }
        print(stream, records);
        return stream.alarm().isPresent() ? ALARM : 0;
    }

    /** Those that the model reads. */
    private List<Row> rows(Dataset dataset, ReferenceModel reference, Progress progress) {
        return datasets.encode(dataset, reference, LongRows.LEAVE_OUT, progress).rows();
    }

    private static List<Row> rows(List<Row> rows, List<Pairing.Pair> pairs, ToIntFunction<Pairing.Pair> place) {
        return pairs.stream().map(pair -> rows.get(place.applyAsInt(pair))).toList();
    }

    private void print(LikelihoodStream stream, long records) {
        TextTable.print(
                terminal.out(),
                new Table(
                        String.format(
                                Locale.ROOT,
                                "Evidence after %,d pairs (a stake of 1 has become; alarm where it ever reached %s)",
                                stream.pairs(),
                                number(stream.needed())),
                        List.of("trait", "evidence", "most until now"),
                        stream.standings().stream()
                                .limit(SHOWN)
                                .map(one -> List.of(one.trait(), number(one.evidence()), number(one.most())))
                                .toList()));
        terminal.out()
                .println(stream.alarm()
                        .map(trait -> "ALARM: candidate and control differ, most of all along " + trait
                                + ".\nAn audit tells whether decoys move as much.")
                        .orElse("No alarm. That clears nothing: audit the whole."));
        long notWatched = records - stream.pairs();
        if (notWatched > 0) {
            terminal.out()
                    .println(String.format(
                            Locale.ROOT,
                            "Not watched: %,d of %,d candidate rows (%s).",
                            notWatched,
                            records,
                            stream.alarm().isPresent()
                                    ? "after the alarm, unpaired, or not readable"
                                    : "unpaired, or not readable"));
        }
        terminal.out().flush();
    }

    private static String number(double evidence) {
        return String.format(Locale.ROOT, evidence < 1_000 || evidence >= FAR ? "%.3g" : "%,.0f", evidence);
    }
}
