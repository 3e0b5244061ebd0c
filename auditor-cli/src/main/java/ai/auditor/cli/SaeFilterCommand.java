package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.capture.Capture;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetWriter;
import ai.auditor.data.Row;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.HookCheck;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.sae.features.FeatureFilter;
import ai.auditor.sae.features.FeatureFilter.Term;
import ai.auditor.sae.features.FilterFile;
import ai.auditor.stats.Estimate;
import ai.auditor.tensor.Scope;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Parts a dataset by features. */
@Command(
        name = "filter",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Writes the rows that pass a filter of features, and those that it flags, each with the reason.",
            "Rows are written as messages, text or preference rows; other fields of their lines are not kept.",
            "How many rows without a trait a filter flags too is told by \"auditor sae features\"."
        })
final class SaeFilterCommand implements Callable<Integer> {
    private static final double PER_CENT = 100;
    private static final double CHANCE = 0.5;

    private final Terminal terminal;

    @Parameters(paramLabel = "DATA", description = "The dataset: " + DatasetOptions.KINDS)
    private String data = "";

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SaeOptions sae = new SaeOptions();

    @Option(
            names = "--from",
            paramLabel = "FEATURES.json",
            description = "Takes the best filter that \"auditor sae features -o FEATURES.json\" found.")
    private @Nullable String from;

    @Option(
            names = "--active",
            paramLabel = "N,M",
            split = ",",
            description = "Features of which a flagged row has some active token.")
    private List<Integer> active = List.of();

    @Option(
            names = "--silent",
            paramLabel = "N,M",
            split = ",",
            description = "Features that are active in no token of a flagged row.")
    private List<Integer> silent = List.of();

    @Option(
            names = "--at-least",
            paramLabel = "M",
            converter = CountConverter.class,
            description = "How many of the features must be so for a row to be flagged (default: all).")
    private @Nullable Integer atLeast;

    @Option(names = "--passed", paramLabel = "FILE.jsonl", required = true, description = "Takes the rows that pass.")
    private String passed = "";

    @Option(
            names = "--flagged",
            paramLabel = "FILE.jsonl",
            description = "Takes the rows that are flagged, with the field auditor_reason.")
    private @Nullable String flagged;

    @Option(
            names = "--long-rows",
            paramLabel = "leave-out|cut",
            defaultValue = "cut",
            converter = LongRowsConverter.class,
            description =
                    "What is done with rows over the model's context: cut judges them by their beginning, leave-out writes them nowhere "
                            + "(default: ${DEFAULT-VALUE}).")
    private LongRows longRows = LongRows.CUT;

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    SaeFilterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> files = UserPath.dataset(data, "dataset");
        model.requireThere();
        Path autoencoder = sae.required();
        Optional<Path> report = Optional.ofNullable(from).map(name -> UserPath.file(name, "report of features"));
        Optional<FilterFile> found = report.map(FilterFile::read);
        FeatureFilter filter = found.map(FilterFile::filter).orElseGet(this::named);
        if (found.isPresent() && (!active.isEmpty() || !silent.isEmpty() || atLeast != null)) {
            throw usage("--from names a filter already: leave out --active, --silent and --at-least");
        }
        Path passing = OutputFiles.ending(passed, ".jsonl");
        Optional<Path> failing = Optional.ofNullable(flagged).map(name -> OutputFiles.ending(name, ".jsonl"));
        List<Path> inputs = new ArrayList<>(files);
        inputs.addAll(model.inputs());
        inputs.add(autoencoder);
        report.ifPresent(inputs::add);
        OutputFiles.requireUsable(passing, inputs);
        failing.ifPresent(path -> {
            if (path.toAbsolutePath()
                    .normalize()
                    .equals(passing.toAbsolutePath().normalize())) {
                throw usage("--passed and --flagged name one file: name two");
            }
            OutputFiles.requireUsable(path, inputs);
        });
        try (Log progress = log.open(terminal)) {
            SaeOptions.Chosen chosen = sae.read(autoencoder, progress);
            requireFits(filter, found, chosen);
            Dataset dataset = datasets.readUsable(files, progress);
            model.requireReads(dataset);
            try (ReferenceModel reference = model.open();
                    Scope scope = reference.decoder().scope()) {
                SparseAutoencoder encoder = chosen.open(reference, scope);
                TokenizedDataset tokens = datasets.encode(dataset, reference, longRows, progress);
                FeatureTable table = FeatureTable.of(
                        new Capture(reference.decoder(), Capture.Settings.of(reference.facts()), progress),
                        encoder,
                        chosen.point(),
                        chosen.span(),
                        tokens.tokens());
                HookCheck check = new HookCheck(chosen.facts());
                check.require(table.reconstruction(), chosen.unchecked());
                progress.close();
                check.disregarded(table.reconstruction()).ifPresent(note -> terminal.note(note, List.of()));
                found.flatMap(FilterFile::heldOut).ifPresent(this::tell);
                write(tokens, table, filter, passing, failing);
            }
        }
        return 0;
    }

    private FeatureFilter named() {
        List<Term> terms = new ArrayList<>();
        active.forEach(feature -> terms.add(new Term(feature, true)));
        silent.forEach(feature -> terms.add(new Term(feature, false)));
        if (terms.isEmpty()) {
            throw usage(
                    "no filter was named: name features by --active or --silent, or a report of features by --from");
        }
        FeatureFilter.repeated(terms).ifPresent(feature -> {
            throw usage("feature " + feature + " stands twice in --active and --silent: name it once");
        });
        int needed = atLeast == null ? terms.size() : atLeast;
        if (needed < 1 || needed > terms.size()) {
            throw usage("--at-least " + needed + ": of " + terms.size() + " features 1 to " + terms.size()
                    + " can be asked for");
        }
        return new FeatureFilter(terms, needed);
    }

    private static void requireFits(FeatureFilter filter, Optional<FilterFile> file, SaeOptions.Chosen chosen) {
        int features = chosen.facts().features();
        filter.terms().stream()
                .filter(term -> term.feature() < 0 || term.feature() >= features)
                .findFirst()
                .ifPresent(term -> {
                    throw usage("feature " + term.feature() + " is none of the autoencoder's, which are 0 to "
                            + (features - 1));
                });
        file.filter(one -> !one.digest().equals(chosen.facts().digest())).ifPresent(one -> {
            throw usage("the report of features is of another autoencoder (digest " + UserPath.shown(one.digest())
                    + ", here " + chosen.facts().digest() + ")");
        });
        file.filter(one -> !one.point().equals(chosen.point().toString())
                        || !one.tokens().equals(chosen.span().toString()))
                .ifPresent(one -> {
                    throw usage("the report of features is of " + UserPath.shown(one.point())
                            + " over the tokens of the "
                            + UserPath.shown(one.tokens()) + ", here " + chosen.point() + " and " + chosen.span()
                            + " were asked for");
                });
    }

    private static AuditException usage(String message) {
        return new AuditException(AuditException.Code.USAGE, message);
    }

    private void write(
            TokenizedDataset tokens, FeatureTable table, FeatureFilter filter, Path passing, Optional<Path> failing) {
        List<Row> pass = new ArrayList<>();
        List<Row> fail = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (int i = 0; i < tokens.rows().size(); i++) {
            RowFeatures features = table.rows().get(i);
            if (filter.flags(features)) {
                fail.add(tokens.rows().get(i));
                reasons.add(reason(filter, features));
            } else {
                pass.add(tokens.rows().get(i));
            }
        }
        DatasetWriter.write(passing, pass);
        failing.ifPresent(path -> DatasetWriter.write(path, fail, "reason", reasons));
        terminal.out()
                .println(String.format(
                        Locale.ROOT,
                        "%,d rows: %,d pass, %,d are flagged (%.1f %%)",
                        tokens.rows().size(),
                        pass.size(),
                        fail.size(),
                        PER_CENT * fail.size() / tokens.rows().size()));
        terminal.out().flush();
        terminal.name(tokens.badRecords(), "bad rows are in neither file", tokens.badRows());
        terminal.name(
                tokens.longRows(),
                longRows == LongRows.CUT
                        ? "rows over the context were judged by their beginning"
                        : "rows over the context are in neither file",
                tokens.namedLongRows());
    }

    /** A filter that was chosen tells rows less well than it did where it was chosen; often no better than chance. */
    private void tell(Estimate heldOut) {
        terminal.note(
                String.format(
                        Locale.ROOT,
                        "on rows held out of its choice the filter's balanced accuracy was %.3f [%.3f, %.3f], where one half is chance%s",
                        heldOut.value(),
                        heldOut.interval().low(),
                        heldOut.interval().high(),
                        heldOut.interval().low() > CHANCE ? "" : ": no better than chance for all that is known"),
                List.of());
    }

    private static String reason(FeatureFilter filter, RowFeatures row) {
        return filter.holding(row).stream().map(term -> reason(term, row)).collect(Collectors.joining("; "));
    }

    private static String reason(Term term, RowFeatures row) {
        int place = Arrays.binarySearch(row.features(), term.feature());
        return place < 0
                ? "feature " + term.feature() + " is silent"
                : String.format(
                        Locale.ROOT,
                        "feature %d is active, peak %.4g at token %d",
                        term.feature(),
                        row.peaks()[place],
                        row.peakTokens()[place]);
    }
}
