package ai.auditor.tensor;

import ai.auditor.AuditException;
import ai.auditor.NativeLibrary;
import ai.auditor.Printable;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Utils;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The native engine: one a process, shared by all models and threads in it.
 *
 * <p>Grad mode and the script executor's mode belong to a thread, and every thread but the first starts with both on, so each
 * pass begins with {@link #enter}.
 */
public final class Engine {
    private static final String NAME = "PyTorch";

    /** Measured: the CPU build of libtorch for Linux, unpacked. */
    private static final String UNPACKED = "450 MB";

    /** As libtorch calls it among its features where it sees a GPU. */
    private static final String CUDA = "CUDA";

    private final int threads;
    private final Device device;

    private Engine(int threads, Device device) {
        this.threads = threads;
        this.device = device;
    }

    /**
     * Starts the engine if it does not run yet, offline and without telemetry, for arrays on the device that {@code auto} chooses.
     *
     * @throws AuditException as {@link #start(int, DeviceChoice)}
     */
    public static Engine start(int threads) {
        return start(threads, new DeviceChoice.Automatic());
    }

    /**
     * Starts the engine if it does not run yet, offline and without telemetry.
     *
     * @param threads native threads for one operation, 1 or more; the last caller's number holds for the process
     * @param choice where this engine's arrays live; several engines of one process may differ in it
     * @throws AuditException {@code OUTPUT} where the native library cannot be unpacked or loaded, is of another version, or does not
     *     see the GPU that was chosen
     */
    public static Engine start(int threads, DeviceChoice choice) {
        if (threads < 1) {
            throw new IllegalArgumentException("the engine needs 1 thread or more, not " + threads);
        }
        NativeLibrary.stayOffline();
        LibTorch library = LibTorch.find();
        library.settle();
        try {
            ai.djl.engine.Engine.getEngine(NAME);
        } catch (RuntimeException | LinkageError failed) {
            throw library.folder()
                    .map(folder -> NativeLibrary.notLinked(NAME, folder, failed))
                    .orElseGet(() -> NativeLibrary.notLoaded(NAME, UNPACKED, Utils.getEngineCacheDir(), failed));
        }
        Engine engine = new Engine(threads, settled(choice));
        engine.enter();
        return engine;
    }

    private static Device settled(DeviceChoice choice) {
        if (choice instanceof Device.Cuda cuda) {
            requireUsable(cuda);
            return cuda;
        }
        if (choice instanceof DeviceChoice.Automatic && seesCuda()) {
            Device.Cuda first = new Device.Cuda(0);
            requireUsable(first);
            return first;
        }
        return new Device.Cpu();
    }

    /** Whether the loaded libtorch sees a GPU; the engine has to run. */
    public static boolean seesCuda() {
        return JniUtils.getFeatures().contains(CUDA);
    }

    private static void requireUsable(Device.Cuda wanted) {
        if (!seesCuda()) {
            throw unusable(wanted, missingLink(), null);
        }
        try (Scope scope = Scope.root(wanted)) {
            scope.floats(new float[] {1}, 1).toFloats();
        } catch (EngineException refused) {
            throw unusable(wanted, Printable.shortLine(String.valueOf(refused.getMessage())), refused);
        }
    }

    /** The first link between this process and a GPU that is not there, and what to do; the engine has to run. */
    public static String missingLink() {
        return missingLink(loadedFrom(), CudaDriver.find());
    }

    static String missingLink(Path folder, CudaDriver driver) {
        if (!LibTorch.hasCuda(folder)) {
            return "the libtorch that is loaded is a CPU build; name one for CUDA by " + LibTorch.PATH
                    + " (docs/gpu.md says how)";
        }
        if (driver instanceof CudaDriver.Absent absent) {
            return "the CUDA driver " + CudaDriver.LIBRARY + " cannot be loaded (" + absent.reason()
                    + "); install NVIDIA's driver";
        }
        if (driver.devicesSeen() == 0) {
            return "the CUDA driver is there and shows this process no GPU; look at CUDA_VISIBLE_DEVICES and at nvidia-smi";
        }
        return "the driver shows " + driver.devicesSeen() + " GPU and the loaded libtorch sees none; set "
                + LibTorch.FLAVOUR + "=cu128, and look whether the driver is new enough for that libtorch's CUDA";
    }

    private static AuditException unusable(Device.Cuda wanted, String reason, @Nullable Throwable cause) {
        String message = "the device " + wanted + " cannot be used: " + reason + "; \"auditor doctor --device " + wanted
                + "\" looks at every link";
        return cause == null
                ? new AuditException(AuditException.Code.OUTPUT, message)
                : new AuditException(AuditException.Code.OUTPUT, message, cause);
    }

    /** Makes the calling thread ready for a pass: no graph is recorded unless asked for, scripts run as they are written. */
    public void enter() {
        JniUtils.setGradMode(false);
        // The profiling executor specialises on shapes, which change with every batch, and has given wrong gradients
        // (pytorch#108670).
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setNumThreads(threads);
    }

    /** Native threads for one operation. */
    public int threads() {
        return threads;
    }

    /** Where this engine's arrays live. */
    public Device device() {
        return device;
    }

    /** Opens a scope that holds arrays until it is closed. */
    public Scope open() {
        return Scope.root(device);
    }

    /** Name and version of the engine, for provenance. */
    public static String version() {
        return NAME + " " + ai.djl.engine.Engine.getEngine(NAME).getVersion();
    }

    /** The folder that libtorch was loaded from; the engine has to run. */
    public static Path loadedFrom() {
        return Path.of(LibUtils.getLibtorchPath());
    }

    /** The device in DJL's words. */
    static ai.djl.Device bound(Device device) {
        return device instanceof Device.Cuda cuda ? ai.djl.Device.gpu(cuda.index()) : ai.djl.Device.cpu();
    }
}
