package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.Redaction;
import ai.auditor.audit.Auditor;
import ai.auditor.audit.Auditor.Prepared;
import ai.auditor.audit.Policy;
import ai.auditor.audit.Tool;
import ai.auditor.data.Dataset;
import ai.auditor.direction.ModelPromptReader;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.direction.TraitList;
import ai.auditor.direction.VectorRecipes;
import ai.auditor.model.ReferenceModel;
import ai.auditor.probes.sae.FeatureAnalysis;
import ai.auditor.probes.sae.FeatureJson;
import ai.auditor.probes.sae.FeaturePage;
import ai.auditor.probes.sae.SaeProbe;
import ai.auditor.sae.features.Categories;
import ai.auditor.sae.features.Descriptions;
import ai.auditor.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what the features of an autoencoder say of a candidate against its control. */
@Command(
        name = "features",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Tells which features of a sparse autoencoder a candidate has more of than its control, which are new, what they are, and which"
                    + " filters they make.",
            "It describes and decides nothing: what it found is evidence of a difference in \"auditor audit --sae\"."
        })
final class SaeFeaturesCommand implements Callable<Integer> {
    private enum Format {
        HTML,
        JSON
    }

    private static final Map<String, Format> ENDINGS =
            new TreeMap<>(Map.of(".html", Format.HTML, ".json", Format.JSON));

    private final Terminal terminal;

    @Parameters(paramLabel = "CANDIDATE", description = "The dataset: " + DatasetOptions.KINDS)
    private String candidate = "";

    @Option(names = "--control", paramLabel = "CONTROL", description = "Data without a trait.")
    private @Nullable String control;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SaeOptions sae = new SaeOptions();

    @Mixin
    private TraitOptions traits = new TraitOptions();

    @Option(
            names = "--descriptions",
            paramLabel = "PATH",
            description =
                    "Descriptions of the features: an export of Neuronpedia's explanations, JSON Lines or a folder of them, plain or .gz.")
    private @Nullable String descriptions;

    @Option(
            names = "--categories",
            paramLabel = "FILE",
            description = "Word list that puts descriptions into categories (default: the one in the box).")
    private @Nullable String categories;

    @Option(
            names = "--show-rows",
            description = "Shows the texts of rows in full; without it their length and kinds of characters.")
    private boolean showRows;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "0",
            converter = CountConverter.class,
            description = "A seeded sample of N prompts; 0 takes all (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Mixin
    private LongRowsOption longRows = new LongRowsOption();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Charts and tables (.html) or all numbers (.json); may be given again.")
    private List<String> outputs = List.of();

    @Mixin
    private DatasetOptions datasets = new DatasetOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    SaeFeaturesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Path> candidateFiles = UserPath.dataset(candidate, "candidate");
        Optional<List<Path>> controlRun = Optional.ofNullable(control).map(name -> UserPath.dataset(name, "control"));
        model.requireThere();
        Path autoencoder = sae.required();
        TraitList list = traits.list(model);
        Optional<Path> described =
                Optional.ofNullable(descriptions).map(name -> UserPath.existing(name, "descriptions"));
        Categories words = Optional.ofNullable(categories)
                .map(name -> Categories.read(UserPath.file(name, "word list")))
                .orElseGet(Categories::standard);
        List<OutputFiles.Output<Format>> files = OutputFiles.read(outputs, ENDINGS);
        List<Path> controlFiles = controlRun.orElseThrow(AuditCommand::noControl);
        List<Path> inputs = new ArrayList<>(candidateFiles);
        inputs.addAll(controlFiles);
        inputs.addAll(model.inputs());
        inputs.add(autoencoder);
        described.ifPresent(inputs::add);
        files.forEach(file -> OutputFiles.requireUsable(file.path(), inputs));
        try (Log progress = log.open(terminal)) {
            SaeOptions.Chosen chosen = sae.read(autoencoder, progress);
            FeatureAnalysis.Options options = new FeatureAnalysis.Options(
                    described.map(path -> Descriptions.read(path, chosen.facts())),
                    words,
                    showRows ? Redaction.FULL : Redaction.REDACTED);
            Dataset candidateRows = datasets.readUsable(candidateFiles, progress);
            Dataset controlRows = datasets.readUsable(controlFiles, progress);
            model.requireReads(candidateRows);
            model.requireReads(controlRows);
            progress.report("loading " + model.shown(), 0, 0, "");
            try (ReferenceModel reference = model.open();
                    Scope scope = reference.decoder().scope()) {
                SaeProbe probe = chosen.probe(reference, scope);
                SteeringVectors vectors = new VectorRecipes(
                                new ModelPromptReader(reference, progress),
                                List.of(probe.point()),
                                Map.of("model", reference.digest(), "tool", Tool.NAME))
                        .fromList(list);
                Prepared prepared = Auditor.of(reference)
                        .probes(List.of(probe))
                        .traits(list)
                        .vectors(vectors)
                        .longRows(longRows.chosen())
                        .maxBadRows(datasets.maxBadRows())
                        .policy(Policy.standard().toBuilder()
                                .rows(rows)
                                .traits(traits.only())
                                .build())
                        .progress(progress)
                        .build()
                        .prepare(candidateRows, controlRows);
                FeatureAnalysis analysis = FeatureAnalysis.of(prepared, reference, probe, options, progress);
                progress.close();
                new Summary(FeaturePage.lines(analysis), FeaturePage.tables(analysis), List.of()).print(terminal);
                for (OutputFiles.Output<Format> file : files) {
                    AtomicFile.write(
                            file.path(),
                            switch (file.format()) {
                                case HTML -> FeaturePage.html(analysis);
                                case JSON -> FeatureJson.of(analysis);
                            });
                }
            }
        }
        return 0;
    }
}
