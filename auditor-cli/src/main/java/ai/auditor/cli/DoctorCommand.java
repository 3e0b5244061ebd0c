package ai.auditor.cli;

import ai.auditor.FreeMemory;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.audit.Tool;
import ai.auditor.capture.SelfCheck;
import ai.auditor.cli.Chain.Found;
import ai.auditor.fixtures.organism.EmbeddedOrganism;
import ai.auditor.model.ReferenceModel;
import ai.auditor.tensor.CudaDriver;
import ai.auditor.tensor.Device;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.LibTorch;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks at every link that an audit hangs on. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Looks at every link that an audit hangs on, says what it found and what to do, and checks the model's numbers.",
            "A GPU that is not there is no failure unless --device asks for one."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:an audit can run", "2:a link failed", "4:usage, a model directory that is not there"})
final class DoctorCommand implements Callable<Integer> {
    private static final long MEBI = 1 << 20;

    /** Measured: an unpacked libtorch takes 448 MB, the tokenizers 15 MB. */
    private static final long ROOM = 470 * MEBI;

    /** Measured: with the model in the box this command takes 300 MB in all. */
    private static final long MEMORY = 400 * MEBI;

    /** What DJL, libtorch and the CUDA driver listen to. */
    private static final List<String> VARIABLES = List.of(
            LibTorch.PATH,
            LibTorch.FLAVOUR,
            LibTorch.VERSION,
            "PYTORCH_LIBRARY_EXCLUSION",
            "PYTORCH_EXTRA_LIBRARY_PATH",
            "DJL_CACHE_DIR",
            "ENGINE_CACHE_DIR",
            "LD_LIBRARY_PATH",
            "CUDA_VISIBLE_DEVICES");

    private final Terminal terminal;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private LogOptions log = new LogOptions();

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        model.requireThere();
        Chain chain = new Chain(terminal);
        chain.link(true, "auditor", () -> Found.ok(Tool.NAME));
        chain.link(true, "java", DoctorCommand::java);
        boolean platform = chain.link(true, "platform", DoctorCommand::platform);
        chain.link(true, "memory", DoctorCommand::memory);
        boolean folder = chain.link(true, "unpacking", DoctorCommand::unpacking);
        chain.link(true, "variables", this::variables);
        boolean library = chain.link(platform, "libtorch", DoctorCommand::library);
        boolean engine = chain.link(library && folder, "engine", this::engine);
        chain.link(engine, "arithmetic", this::arithmetic);
        chain.link(engine, "kernels", this::kernels);
        chain.link(engine, "tokenizers", this::tokenizers);
        chain.link(true, "CUDA driver", DoctorCommand::driver);
        chain.link(engine, "CUDA", this::cuda);
        boolean device = chain.link(engine, "device", this::device);
        chain.link(device, "model", () -> model(chain));
        return chain.sound() ? 0 : ExitCode.NOT_COMPLETED;
    }

    private static Found java() {
        return Found.ok(System.getProperty("java.version") + ", " + System.getProperty("java.vm.name") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");
    }

    private static Found platform() {
        List<String> bridges = LibTorch.bridges();
        return bridges.isEmpty()
                ? Found.failed(LibTorch.platform()
                        + ": the jars have no bridge to libtorch for this platform; take one of linux-x86_64, linux-aarch64,"
                        + " osx-aarch64 or win-x86_64")
                : Found.ok(LibTorch.platform() + ", bridge " + LibTorch.bridge() + " for "
                        + String.join(" and ", bridges));
    }

    private static Found memory() {
        String heap =
                "Java takes up to " + mebibytes(Runtime.getRuntime().maxMemory()) + " (AUDITOR_JAVA_OPTIONS=-Xmx8g);";
        OptionalLong available = FreeMemory.bytes();
        if (available.isEmpty()) {
            return Found.ok(heap + " what the system has free is not told here");
        }
        String all = heap + " the system has " + mebibytes(available.getAsLong()) + " free for it and for weights";
        return available.getAsLong() < MEMORY
                ? Found.failed(all + "; the smallest model needs " + mebibytes(MEMORY))
                : Found.ok(all);
    }

    private static Found unpacking() {
        Path folder = LibTorch.unpackedTo();
        String shown = Printable.line(folder.toString());
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, "doctor", ".tmp"));
            long free = Files.getFileStore(folder).getUsableSpace();
            boolean there = unpacked(folder);
            return there || free >= ROOM
                    ? Found.ok(shown + (there ? ", unpacked there; " : "; ") + mebibytes(free) + " free")
                    : Found.failed(shown + " has " + mebibytes(free) + " free, the native libraries take "
                            + mebibytes(ROOM) + "; free space, or name another folder by DJL_CACHE_DIR");
        } catch (IOException refused) {
            return Found.failed(
                    shown + " cannot be written (" + Reason.of(refused) + "); name another folder by DJL_CACHE_DIR");
        }
    }

    private static boolean unpacked(Path folder) throws IOException {
        try (Stream<Path> versions = Files.list(folder)) {
            return versions.anyMatch(version -> Files.exists(version.resolve(System.mapLibraryName("torch_cpu"))));
        }
    }

    private Found variables() {
        String set = VARIABLES.stream()
                .filter(terminal.environment()::containsKey)
                .map(name -> name + "="
                        + Printable.line(String.valueOf(terminal.environment().get(name))))
                .collect(Collectors.joining("  "));
        return Found.ok(set.isEmpty() ? "none of " + String.join(", ", VARIABLES.subList(0, 3)) + " is set" : set);
    }

    private static Found library() {
        LibTorch library = LibTorch.find();
        if (library.folder().isPresent()) {
            return Found.ok(library.version() + " in "
                    + Printable.line(library.folder().get().toString()) + ", bridge " + library.flavour());
        }
        return LibTorch.bundled()
                .map(bundled -> bundled.endsWith(LibTorch.platform())
                        ? Found.ok(bundled + ", from the jars")
                        : Found.failed("the jars have it for " + bundled + ", this is " + LibTorch.platform()
                                + "; build with -Dlibtorch.classifier=" + LibTorch.platform()))
                .orElseGet(
                        () -> Found.failed("the jar pytorch-native-cpu is missing; install the auditor again, or name a"
                                + " folder with libtorch " + library.version() + " by " + LibTorch.PATH));
    }

    private Found engine() {
        Engine.start(model.options().threads(), new Device.Cpu());
        return Found.ok(Engine.version() + ", loaded from "
                + Printable.line(Engine.loadedFrom().toString()));
    }

    private Found arithmetic() {
        return product(new Device.Cpu());
    }

    private Found product(Device device) {
        float[] wanted = {7, 10, 15, 22};
        try (Scope scope = Engine.start(model.options().threads(), device).open();
                Tensor matrix = scope.floats(new float[] {1, 2, 3, 4}, 2, 2);
                Tensor square = matrix.product(matrix)) {
            float[] found = square.toFloats();
            return Arrays.equals(found, wanted)
                    ? Found.ok("a product on " + device + " is right")
                    : Found.failed("a product on " + device + " gives " + Arrays.toString(found) + " instead of "
                            + Arrays.toString(wanted) + ": this libtorch does not fit this processor");
        }
    }

    private Found kernels() {
        int threads = model.options().threads();
        try (ReferenceModel fused = EmbeddedOrganism.open(new ReferenceModel.Options(threads, true, new Device.Cpu()));
                ReferenceModel plain =
                        EmbeddedOrganism.open(new ReferenceModel.Options(threads, false, new Device.Cpu()))) {
            return Found.ok("fused and plain ones agree: " + shown(SelfCheck.kernels(fused, plain)));
        }
    }

    private Found tokenizers() {
        String text = "one , 2 , 345 .";
        try (ReferenceModel organism =
                EmbeddedOrganism.open(new ReferenceModel.Options(model.options().threads(), true, new Device.Cpu()))) {
            return organism.encoder().keeps(text)
                    ? Found.ok("a text comes back from its tokens")
                    : Found.failed("a text does not come back from its tokens; install the auditor again");
        }
    }

    private static Found driver() {
        CudaDriver driver = CudaDriver.find();
        if (driver instanceof CudaDriver.Present present) {
            String shown = CudaDriver.LIBRARY + (present.version().isEmpty() ? "" : " for CUDA " + present.version())
                    + ", GPUs: " + present.devices();
            return present.devices() > 0
                    ? Found.ok(shown)
                    : Found.notThere(shown + "; look at nvidia-smi and at CUDA_VISIBLE_DEVICES");
        }
        return Found.notThere(
                CudaDriver.LIBRARY + " cannot be loaded: without NVIDIA's driver models run on the processor");
    }

    private Found cuda() {
        if (!Engine.seesCuda()) {
            return Found.notThere("no GPU: " + Engine.missingLink());
        }
        return product(new Device.Cuda(0));
    }

    private Found device() {
        Device settled = Engine.start(model.options().threads(), model.options().device())
                .device();
        return Found.ok(
                model.options().device() + (settled.equals(model.options().device()) ? "" : " takes " + settled));
    }

    /** The model opens; what its self-check finds are links of their own. */
    private Found model(Chain chain) {
        try (Log progress = log.open(terminal);
                ReferenceModel reference = opened(progress)) {
            progress.close();
            SelfCheck check = SelfCheck.of(reference, List.of());
            check.figures().forEach(figure -> chain.link(true, "self-check", () -> Found.ok(shown(figure))));
            return Found.ok(model.shown() + ", " + reference.facts().layers() + " blocks, on "
                    + reference.options().device());
        }
    }

    private ReferenceModel opened(Log progress) {
        progress.report("loading " + model.shown(), 0, 0, "");
        return model.open();
    }

    private static String shown(SelfCheck.Figure figure) {
        String limit = figure.limit() >= Float.MAX_VALUE ? "finite" : "limit " + number(figure.limit());
        return figure.name() + ": " + number(figure.measured()) + " (" + limit + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == 0 || value >= 1 ? "%.0f" : "%.1e", value);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes / MEBI);
    }
}
