package ai.auditor.sae;

import static org.assertj.core.api.Assertions.assertThat;

import ai.auditor.model.Closeness;
import ai.auditor.model.Point;
import ai.auditor.tensor.Engine;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format against the library that it comes from. */
class SaeParityTest {
    private static final double TOLERANCE = 1e-5;

    private final Engine engine = Engine.start(1);

    static List<SaeCase> cases() {
        return SaeCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void featuresReconstructionAndL0AreThoseOfTheLibrary(SaeCase golden, TestReporter reporter) {
        SaeFile file = SaeFiles.open(golden.path());
        float[] x = golden.golden("x");
        int tokens = x.length / file.facts().inputWidth();
        Reconstruction sums = new Reconstruction(file.facts().inputWidth());
        try (Scope scope = engine.open();
                SparseAutoencoder sae = SparseAutoencoder.of(scope, file.facts(), file.weights());
                Tensor states = scope.floats(x, tokens, file.facts().inputWidth())) {
            sae.read(states, read -> {
                float[] features = read.features().toFloats();
                float[] reconstruction = read.reconstruction().toFloats();
                int active = 0;
                for (float feature : features) {
                    active += feature > 0 ? 1 : 0;
                }
                sums.add(x, reconstruction, active);
                double encoded = Closeness.largestDifference(features, golden.golden("features"));
                double decoded = Closeness.largestDifference(reconstruction, golden.golden("reconstruction"));
                assertThat(encoded).as("features").isLessThan(TOLERANCE);
                assertThat(decoded).as("reconstruction").isLessThan(TOLERANCE);
                assertThat(sums.l0()).as("L0").isCloseTo(golden.golden("l0")[0], within());
                reporter.publishEntry(golden + ", features", String.valueOf(encoded));
                reporter.publishEntry(golden + ", reconstruction", String.valueOf(decoded));
            });
        }
    }

    private static Offset<Double> within() {
        return Offset.offset(TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsKnownIsWhatTheFilesSay(SaeCase golden) {
        SaeFacts facts = SaeFiles.open(golden.path()).facts();
        assertThat(facts.format()).isEqualTo(golden.text("format"));
        assertThat(facts.architecture()).isEqualTo(golden.text("architecture"));
        assertThat(facts.hook().point()).isEqualTo(Optional.of(Point.parse(golden.text("point"))));
        assertThat(facts.hook().model().orElse("")).isEqualTo(golden.text("model"));
        assertThat(facts.hook().modelDigest()).isEmpty();
        assertThat(facts.declared().fvu()).isEmpty();
        if (golden.known().has("l0")) {
            assertThat(facts.declared().l0().orElseThrow())
                    .isCloseTo(golden.known().get("l0").asDouble(), within());
        } else {
            assertThat(facts.declared().l0()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aFileOfItMayBeNamed(SaeCase golden) throws IOException {
        SaeFacts facts = SaeFiles.open(golden.path()).facts();
        Set<Path> files = new HashSet<>();
        try (Stream<Path> found = Files.walk(golden.path())) {
            found.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("sparsity.safetensors"))
                    .forEach(files::add);
        }
        for (Path file : files) {
            assertThat(SaeFiles.open(file).facts()).isEqualTo(facts);
        }
    }

    @Test
    void theDigestChangesWithEveryFile(@TempDir Path directory) throws IOException {
        Path copy = SaeCase.named("saelens-standard").copied(directory);
        Set<String> digests = new HashSet<>(Set.of(SaeFiles.open(copy).facts().digest()));
        assertThat(digests)
                .containsExactly(SaeFiles.open(SaeCase.named("saelens-standard").path())
                        .facts()
                        .digest());
        Path config = copy.resolve("cfg.json");
        Files.writeString(config, Files.readString(config) + "\n");
        assertThat(digests.add(SaeFiles.open(copy).facts().digest())).isTrue();
        Files.delete(copy.resolve("sparsity.safetensors"));
        assertThat(digests.add(SaeFiles.open(copy).facts().digest())).isTrue();
    }

    @Test
    void aCacheOfLinksIsReadByTheNamesOfItsLinks(@TempDir Path directory) throws IOException {
        Path blobs = Files.createDirectories(directory.resolve("models--google--gemma-scope-2b-pt-res/blobs"));
        Path blob =
                Files.copy(SaeCase.named("gemma-scope-res").path().resolve("params.npz"), blobs.resolve("0123abcd"));
        Path link = blobs.resolveSibling("snapshots/77/layer_4/width_16k/average_l0_60/params.npz");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, blob.toAbsolutePath());
        SaeFacts facts = SaeFiles.open(link).facts();
        assertThat(facts.hook().point()).contains(Point.residPost(4));
        assertThat(facts.hook().model()).contains("gemma-2-2b");
        assertThat(facts.declared().l0()).hasValue(60);
    }

    @Test
    void withoutItsRepositoryAGemmaScopeIsOfNoKnownPoint(@TempDir Path directory) throws IOException {
        Path file = Files.copy(
                SaeCase.named("gemma-scope-res").path().resolve("params.npz"), directory.resolve("params.npz"));
        assertThat(SaeFiles.open(file).facts().hook()).isEqualTo(Hook.unknown());
        assertThat(SaeFiles.open(file).facts().declared()).isEqualTo(Declared.nothing());
    }
}
