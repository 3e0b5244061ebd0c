package ai.auditor.tensor;

import ai.auditor.Printable;
import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.util.Locale;

/** The CUDA driver of this machine, asked by its own interface: neither libtorch nor a CUDA runtime is needed for it. */
public sealed interface CudaDriver {
    /** The name under which libtorch's own libraries want it. */
    String LIBRARY = "libcuda.so.1";

    /**
     * It cannot be loaded.
     *
     * @param reason the system's words
     */
    record Absent(String reason) implements CudaDriver {}

    /**
     * It loads.
     *
     * @param version of CUDA that it serves, such as 12.8; empty where it does not tell
     * @param devices GPUs that it lends this process
     */
    record Present(String version, int devices) implements CudaDriver {}

    /** How many GPUs it lends this process. */
    default int devicesSeen() {
        return this instanceof Present present ? present.devices : 0;
    }

    /** Loads it and asks how many GPUs there are. */
    static CudaDriver find() {
        try {
            return asked(NativeLibrary.getInstance(LIBRARY));
        } catch (LinkageError notThere) {
            return new Absent(reason(notThere));
        }
    }

    private static CudaDriver asked(NativeLibrary driver) {
        IntByReference version = new IntByReference();
        IntByReference devices = new IntByReference();
        boolean told = driver.getFunction("cuDriverGetVersion").invokeInt(new Object[] {version}) == 0;
        boolean started = driver.getFunction("cuInit").invokeInt(new Object[] {0}) == 0
                && driver.getFunction("cuDeviceGetCount").invokeInt(new Object[] {devices}) == 0;
        return new Present(told ? spelled(version.getValue()) : "", started ? devices.getValue() : 0);
    }

    /** JNA lists every place that it looked in; the system's words are the second line. */
    private static String reason(LinkageError notThere) {
        String[] lines = String.valueOf(notThere.getMessage()).split("\n", -1);
        return Printable.shortLine(lines[Math.min(1, lines.length - 1)]);
    }

    /** The driver writes 12.8 as 12080. */
    private static String spelled(int version) {
        return String.format(Locale.ROOT, "%d.%d", version / 1000, version % 1000 / 10);
    }
}
