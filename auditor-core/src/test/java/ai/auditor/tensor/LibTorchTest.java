package ai.auditor.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibTorchTest {
    private static final CudaDriver NO_DRIVER = new CudaDriver.Absent("no such file");
    private static final CudaDriver ONE_GPU = new CudaDriver.Present("12.8", 1);

    @TempDir
    private Path directory;

    private Path lib;
    private final Map<String, String> variables = new HashMap<>();

    /** The shape of a pip install of torch: the libraries in torch/lib, the version in torch/version.py. */
    @BeforeEach
    void install() throws IOException {
        lib = Files.createDirectories(directory.resolve("torch/lib"));
        Files.writeString(lib.resolve(System.mapLibraryName("torch")), "not a library");
        variables.put(LibTorch.PATH, lib.toString());
    }

    private void version(String file, String text) throws IOException {
        Path path = lib.resolve(file).normalize();
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private void cuda() throws IOException {
        Files.writeString(lib.resolve(System.mapLibraryName("torch_cuda")), "not a library");
    }

    private LibTorch find(CudaDriver driver) {
        return LibTorch.find(variables::get, () -> driver);
    }

    private void refused(CudaDriver driver, String... words) {
        assertThatThrownBy(() -> find(driver))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.OUTPUT))
                .hasMessageContainingAll(words);
    }

    @Test
    void withoutVariablesItIsTheOneInTheJars() {
        variables.clear();
        assertThat(find(NO_DRIVER).folder()).isEmpty();
        assertThat(LibTorch.bundled())
                .hasValueSatisfying(bundled ->
                        assertThat(bundled).startsWith(LibTorch.bridgeVersion()).endsWith(LibTorch.platform()));
        assertThat(LibTorch.bridges()).contains("cpu");
    }

    @Test
    void theVersionIsReadFromEveryKindOfInstall() throws IOException {
        version("../version.py", "from typing import Optional\n\n__version__ = '2.7.1+cu126'\ndebug = False\n");
        assertThat(LibTorch.versionIn(lib)).contains("2.7.1+cu126");
        Files.delete(lib.resolve("../version.py"));
        version("../build-version", "2.7.1+cu128\n");
        assertThat(LibTorch.versionIn(lib)).contains("2.7.1+cu128");
        Files.delete(lib.resolve("../build-version"));
        version("../share/cmake/Torch/TorchConfigVersion.cmake", "set(PACKAGE_VERSION \"2.7.1\")\n\n# Check\n");
        assertThat(LibTorch.versionIn(lib)).contains("2.7.1");
        assertThat(find(NO_DRIVER).folder()).contains(lib);
    }

    @Test
    void anotherVersionIsRefusedByName() throws IOException {
        version("../version.py", "__version__ = '2.11.0+cu130'\n");
        refused(ONE_GPU, "2.11.0+cu130", "torch==" + LibTorch.bridgeVersion(), lib.toString());
        version("../version.py", "__version__ = '2.7.10'\n");
        refused(ONE_GPU, "version 2.7.10");
        version("../version.py", "__version__ = '2.7.1a0+git1234'\n");
        refused(ONE_GPU, "2.7.1a0");
    }

    @Test
    void aVersionThatCannotBeToldIsRefused() throws IOException {
        refused(NO_DRIVER, "cannot be told", "build-version");
        version("../version.py", "x".repeat(70_000) + "\n__version__ = '2.7.1'\n");
        refused(NO_DRIVER, "cannot be told");
        version("build-version", "2.7.1");
        assertThat(find(NO_DRIVER).folder()).contains(lib);
    }

    @Test
    void aFolderWithoutTheLibraryIsRefusedInsteadOfTheJarsTaken() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty"));
        variables.put(LibTorch.PATH, directory.resolve("gone") + File.pathSeparator + empty);
        refused(NO_DRIVER, "names no folder with", "torch/lib");
    }

    @Test
    void theFirstFolderWithTheLibraryIsTaken() throws IOException {
        version("../build-version", "2.7.1");
        Path library = lib.resolve(System.mapLibraryName("torch"));
        variables.put(LibTorch.PATH, directory.resolve("gone") + File.pathSeparator + library);
        assertThat(find(NO_DRIVER).folder()).contains(lib);
    }

    @Test
    void theFlavourFollowsFromTheFolderAndTheDriver() throws IOException {
        version("../version.py", "__version__ = '2.7.1+cu126'\n");
        assertThat(find(ONE_GPU).flavour()).isEqualTo("cpu");
        cuda();
        assertThat(find(ONE_GPU).flavour()).isEqualTo("cu128");
        assertThat(find(NO_DRIVER).flavour()).isEqualTo("cpu");
        assertThat(find(new CudaDriver.Present("12.8", 0)).flavour()).isEqualTo("cpu");
    }

    @Test
    void aFlavourThatCannotLoadIsRefused() throws IOException {
        version("../version.py", "__version__ = '2.7.1+cu126'\n");
        variables.put(LibTorch.FLAVOUR, "cu128");
        refused(ONE_GPU, "is a CPU build");
        cuda();
        assertThat(find(ONE_GPU).flavour()).isEqualTo("cu128");
        refused(NO_DRIVER, "libcuda.so.1", "no such file");
        variables.put(LibTorch.FLAVOUR, "cu126");
        refused(ONE_GPU, "cu126", "cpu and cu128");
        variables.put(LibTorch.FLAVOUR, "");
        refused(ONE_GPU, "set and empty");
    }

    @Test
    void aVersionThatWouldBeFetchedIsRefused() {
        variables.clear();
        variables.put(LibTorch.VERSION, "2.6.0");
        refused(NO_DRIVER, "PYTORCH_VERSION=2.6.0", "unset it");
    }

    @Test
    void theMissingLinkIsNamedInItsOrder() throws IOException {
        assertThat(Engine.missingLink(lib, ONE_GPU)).contains("CPU build", "docs/gpu.md");
        cuda();
        assertThat(Engine.missingLink(lib, NO_DRIVER)).contains("libcuda.so.1", "no such file");
        assertThat(Engine.missingLink(lib, new CudaDriver.Present("", 0))).contains("CUDA_VISIBLE_DEVICES");
        assertThat(Engine.missingLink(lib, ONE_GPU)).contains("PYTORCH_FLAVOR=cu128");
    }
}
