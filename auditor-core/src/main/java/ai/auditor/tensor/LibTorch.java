package ai.auditor.tensor;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The libtorch that the engine will load, found and checked before any of it is: another version than the bridge was built for loads
 * too, and ends the process at the first array.
 *
 * @param folder the user's libtorch; empty for the one in the jars
 * @param version of libtorch, such as 2.7.1
 * @param flavour of the bridge to it, {@code cpu} or {@code cu128}
 */
public record LibTorch(Optional<Path> folder, String version, String flavour) {
    /** Folders with a libtorch, separated as a class path is. */
    public static final String PATH = "PYTORCH_LIBRARY_PATH";
    /** Which bridge is taken to the user's libtorch. */
    public static final String FLAVOUR = "PYTORCH_FLAVOR";
    /** DJL would fetch this version where it is not the one in the jars. */
    public static final String VERSION = "PYTORCH_VERSION";

    private static final String CPU = "cpu";
    /** The one CUDA bridge that is shipped for libtorch 2.7.1. */
    private static final String CUDA = "cu128";

    private static final String BRIDGES = "jnilib/";
    private static final long LONGEST_VERSION_FILE = 64 * 1024;

    /** A file beside the folder that tells the version, and how. */
    private record Witness(String file, Pattern pattern) {}

    private static final List<Witness> WITNESSES = List.of(
            new Witness("../version.py", Pattern.compile("(?m)^__version__ *= *['\"]([^'\"]{1,60})['\"]")),
            new Witness("../build-version", Pattern.compile("^\\s*(\\S{1,60})\\s*$")),
            new Witness("build-version", Pattern.compile("^\\s*(\\S{1,60})\\s*$")),
            new Witness(
                    "../share/cmake/Torch/TorchConfigVersion.cmake",
                    Pattern.compile("set\\(PACKAGE_VERSION \"([^\"]{1,60})\"\\)")));

    /**
     * What the environment names.
     *
     * @throws AuditException {@code OUTPUT} where it names a libtorch that cannot be used, saying which link is missing
     */
    public static LibTorch find() {
        return find(name -> Utils.getEnvOrSystemProperty(name), CudaDriver::find);
    }

    static LibTorch find(UnaryOperator<@Nullable String> variables, Supplier<CudaDriver> driver) {
        String wanted = bridgeVersion();
        String asked = text(variables, VERSION);
        if (!asked.isEmpty() && !asked.equals(wanted)) {
            throw unusable(VERSION + "=" + Printable.line(asked) + " asks for another libtorch than " + wanted
                    + ", for which the bridge was built; unset it");
        }
        String path = text(variables, PATH);
        if (path.isEmpty()) {
            return new LibTorch(Optional.empty(), wanted, CPU);
        }
        Path folder = folder(path);
        requireVersion(folder, wanted);
        if (variables.apply(FLAVOUR) != null && text(variables, FLAVOUR).isEmpty()) {
            throw unusable(FLAVOUR + " is set and empty; unset it, or say cpu or " + CUDA);
        }
        String flavour = flavour(text(variables, FLAVOUR), folder, driver);
        return new LibTorch(Optional.of(folder), wanted, flavour);
    }

    private static String text(UnaryOperator<@Nullable String> variables, String name) {
        String value = variables.apply(name);
        return value == null ? "" : value.strip();
    }

    /** The folder that DJL takes: the first with the library in it. */
    private static Path folder(String path) {
        for (String entry : path.split(File.pathSeparator, -1)) {
            Path candidate;
            try {
                candidate = Path.of(entry);
            } catch (InvalidPathException noPath) {
                continue;
            }
            String library = System.mapLibraryName("torch");
            if (!entry.isBlank() && Files.isRegularFile(candidate.resolve(library))) {
                return candidate.toAbsolutePath();
            }
            if (candidate.endsWith(library) && Files.isRegularFile(candidate)) {
                Path parent = candidate.toAbsolutePath().getParent();
                if (parent != null) {
                    return parent;
                }
            }
        }
        throw unusable(PATH + "=" + Printable.line(path) + " names no folder with " + System.mapLibraryName("torch")
                + "; of a pip install of torch it is the folder torch/lib");
    }

    private static void requireVersion(Path folder, String wanted) {
        String found = versionIn(folder)
                .orElseThrow(() -> unusable("the version of libtorch in " + Printable.line(folder.toString())
                        + " cannot be told: there is no version.py, build-version or cmake file beside it; if it is "
                        + wanted + ", say so in a file build-version in that folder"));
        // What follows a plus sign tells how it was built, such as cu126.
        if (!found.replaceFirst("\\+.*", "").equals(wanted)) {
            throw unusable("the libtorch in " + Printable.line(folder.toString()) + " is version "
                    + Printable.line(found) + ", and the bridge was built for " + wanted
                    + ": it would load and then end the process; install torch==" + wanted + ", or unset " + PATH);
        }
    }

    /** The version that stands beside a libtorch, read without loading it. */
    static Optional<String> versionIn(Path folder) {
        for (Witness witness : WITNESSES) {
            try {
                Path file = folder.toRealPath().resolve(witness.file).normalize();
                if (Files.isRegularFile(file) && Files.size(file) <= LONGEST_VERSION_FILE) {
                    Matcher matcher =
                            witness.pattern.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                    if (matcher.find()) {
                        return Optional.of(matcher.group(1));
                    }
                }
            } catch (IOException unreadable) {
                // The next one may tell.
            }
        }
        return Optional.empty();
    }

    private static String flavour(String asked, Path folder, Supplier<CudaDriver> driver) {
        boolean made = hasCuda(folder);
        if (asked.isEmpty()) {
            return made && driver.get().devicesSeen() > 0 ? CUDA : CPU;
        }
        if (!bridges().contains(asked)) {
            throw unusable(FLAVOUR + "=" + Printable.line(asked) + ": the bridge to libtorch is there as "
                    + String.join(" and ", bridges()) + " for " + platform() + "; for a GPU say " + CUDA
                    + ", whatever CUDA that libtorch was made for, or unset it");
        }
        if (asked.equals(CUDA)) {
            if (!made) {
                throw unusable(FLAVOUR + "=" + CUDA + ": the libtorch in " + Printable.line(folder.toString())
                        + " is a CPU build (no " + System.mapLibraryName("torch_cuda")
                        + "); install one for CUDA, or say " + CPU);
            }
            if (driver.get() instanceof CudaDriver.Absent absent) {
                throw unusable(FLAVOUR + "=" + CUDA + ": the CUDA driver " + CudaDriver.LIBRARY
                        + " cannot be loaded, without which that libtorch does not load (" + absent.reason()
                        + "); install NVIDIA's driver, or unset " + FLAVOUR);
            }
        }
        return asked;
    }

    /** Whether a folder has libtorch's CUDA part. */
    static boolean hasCuda(Path folder) {
        return Files.isRegularFile(folder.resolve(System.mapLibraryName("torch_cuda")));
    }

    /** The version of libtorch that the bridge in the jars was built for. */
    public static String bridgeVersion() {
        return bridge().replaceFirst("-.*", "");
    }

    /**
     * Versions of libtorch and DJL that the bridge in the jars was built for.
     *
     * @throws AuditException {@code OUTPUT} where its jar is not there
     */
    public static String bridge() {
        return property(BRIDGES + "pytorch.properties", "jni_version")
                .orElseThrow(() -> unusable("the jar pytorch-jni is missing or broken; install the auditor again"));
    }

    /** The libtorch in the jars, by version and platform; empty where its jar is missing. */
    public static Optional<String> bundled() {
        String resource = "native/lib/pytorch.properties";
        return property(resource, "version")
                .flatMap(version -> property(resource, "classifier").map(classifier -> version + " " + classifier));
    }

    private static Optional<String> property(String resource, String name) {
        Properties properties = new Properties();
        try (InputStream stream = ClassLoaderUtils.getResourceAsStream(resource)) {
            properties.load(stream);
        } catch (IOException | IllegalArgumentException missing) {
            return Optional.empty();
        }
        return Optional.ofNullable(properties.getProperty(name));
    }

    /** Bridges in the jars for this platform, by flavour. */
    public static List<String> bridges() {
        String library = System.mapLibraryName("djl_torch");
        return Stream.of(CPU, CUDA)
                .filter(flavour -> there(BRIDGES + platform() + "/" + flavour + "/" + library))
                .toList();
    }

    private static boolean there(String resource) {
        try {
            return ClassLoaderUtils.getResource(resource) != null;
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** This platform as DJL spells it, such as {@code linux-x86_64}. */
    public static String platform() {
        String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String system = name.startsWith("mac") ? "osx" : name.startsWith("win") ? "win" : name;
        String processor = System.getProperty("os.arch", "");
        return system + "-" + (processor.equals("amd64") ? "x86_64" : processor);
    }

    /** Where natives are unpacked to. */
    public static Path unpackedTo() {
        return Utils.getEngineCacheDir("pytorch");
    }

    /** Tells DJL the flavour where the user named none, which it would guess to be one that is not shipped. */
    void settle() {
        if (folder.isPresent() && Utils.getEnvOrSystemProperty(FLAVOUR) == null) {
            System.setProperty(FLAVOUR, flavour);
        }
    }

    private static AuditException unusable(String reason) {
        return new AuditException(AuditException.Code.OUTPUT, reason + "; \"auditor doctor\" looks at every link");
    }
}
