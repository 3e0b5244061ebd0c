package ai.auditor.sae;

import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.model.internal.ModelBytes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A small autoencoder in one of the formats, and what its own library makes of it; made by sae_goldens.py. */
record SaeCase(JsonNode known) {
    private static final Path HOME = Path.of("src/test/resources/sae");

    static List<SaeCase> all() {
        List<SaeCase> all = new ArrayList<>();
        try {
            new ObjectMapper()
                    .readTree(HOME.resolve("cases.json").toFile())
                    .forEach(known -> all.add(new SaeCase(known)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    static SaeCase named(String name) {
        return all().stream()
                .filter(one -> one.text("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    Path path() {
        return HOME.resolve("files").resolve(text("path"));
    }

    String text(String key) {
        return known.path(key).asText();
    }

    float[] golden(String name) {
        try (WeightSource golden =
                SafetensorsFile.open(HOME.resolve("goldens").resolve(text("name") + ".safetensors"))) {
            return ModelBytes.read(golden, name);
        }
    }

    /** Copies all directories of the case, those around included, since some formats are told by them. */
    Path copied(Path into) {
        Path from = HOME.resolve("files").resolve(text("name"));
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to =
                        into.resolve(text("name")).resolve(from.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return into.resolve(text("path"));
    }

    @Override
    public String toString() {
        return text("name");
    }
}
