package ai.auditor.tensor;

import ai.auditor.NativeLibrary;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;

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

    private final int threads;

    private Engine(int threads) {
        this.threads = threads;
    }

    /**
     * Starts the engine if it does not run yet, offline and without telemetry.
     *
     * @param threads native threads for one operation, 1 or more; the last caller's number holds for the process
     * @throws ai.auditor.AuditException {@code OUTPUT} where the native library cannot be unpacked or loaded
     */
    public static Engine start(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("the engine needs 1 thread or more, not " + threads);
        }
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        try {
            ai.djl.engine.Engine.getEngine(NAME);
        } catch (RuntimeException | LinkageError failed) {
            throw NativeLibrary.notLoaded(NAME, UNPACKED, Utils.getEngineCacheDir(), failed);
        }
        Engine engine = new Engine(threads);
        engine.enter();
        return engine;
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

    /** Opens a scope that holds arrays until it is closed. */
    public Scope open() {
        return Scope.root();
    }

    /** Name and version of the engine, for provenance. */
    public static String version() {
        return NAME + " " + ai.djl.engine.Engine.getEngine(NAME).getVersion();
    }
}
