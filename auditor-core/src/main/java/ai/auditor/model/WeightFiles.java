package ai.auditor.model;

import ai.auditor.AuditException;
import ai.auditor.ModelFile;
import ai.auditor.data.Sha256;
import ai.auditor.model.internal.GgufSource;
import ai.auditor.model.internal.Refusal;
import ai.auditor.model.internal.SafetensorsSource;
import ai.auditor.model.internal.ShardIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The weights in a model directory: one safetensors file, else its shards, else the one GGUF. */
public final class WeightFiles {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String GGUF = ".gguf";
    private static final List<String> TEMPLATES =
            List.of("chat_template.jinja", "chat_template.json", "tokenizer_config.json");
    private static final int CHUNK = 1 << 20;

    private WeightFiles() {}

    private sealed interface Found {
        WeightSource open();

        /** All that is read, in a fixed order. */
        List<Path> files();
    }

    private record Single(Path file) implements Found {
        @Override
        public WeightSource open() {
            return SafetensorsSource.open(file);
        }

        @Override
        public List<Path> files() {
            return List.of(file);
        }
    }

    private record Shards(Path index) implements Found {
        @Override
        public WeightSource open() {
            return SafetensorsSource.openShards(index);
        }

        @Override
        public List<Path> files() {
            List<Path> files = new ArrayList<>(List.of(index));
            files.addAll(new TreeSet<>(ShardIndex.read(index).values()));
            return files;
        }
    }

    private record Gguf(Path modelDirectory, Path file) implements Found {
        @Override
        public WeightSource open() {
            ModelFacts facts = ModelFacts.read(modelDirectory);
            GgufSource source = GgufSource.open(file);
            boolean agreed = false;
            try {
                source.requireAgreement(facts);
                agreed = true;
                return source;
            } finally {
                if (!agreed) {
                    source.close();
                }
            }
        }

        @Override
        public List<Path> files() {
            return List.of(file);
        }
    }

    /**
     * Opens the weights. A GGUF is held against {@code config.json}.
     *
     * @throws AuditException {@code MODEL} where there are none, or they are not sound, not supported, or contradict {@code config.json}
     */
    public static WeightSource open(Path modelDirectory) {
        return find(modelDirectory).open();
    }

    /**
     * Digest of a model: SHA-256 over names and SHA-256 digests of config.json, tokenizer.json, the files of the weights, and what
     * says how messages become text (chat_template.jinja, chat_template.json, tokenizer_config.json) where it is there; in hex.
     *
     * @throws AuditException {@code MODEL} where a file is missing or cannot be read
     */
    public static String digest(Path modelDirectory) {
        List<Path> files = new ArrayList<>();
        files.add(text(modelDirectory.resolve("config.json")));
        files.add(text(modelDirectory.resolve("tokenizer.json")));
        files.addAll(find(modelDirectory).files());
        TEMPLATES.stream()
                .map(modelDirectory::resolve)
                .filter(ModelFile::exists)
                .map(WeightFiles::text)
                .forEach(files::add);
        Sha256 whole = new Sha256();
        for (Path file : files) {
            whole.text(String.valueOf(file.getFileName())).text(fileDigest(file));
        }
        return whole.hex();
    }

    private static Found find(Path directory) {
        if (ModelFile.exists(directory.resolve(SINGLE))) {
            return new Single(directory.resolve(SINGLE));
        }
        if (ModelFile.exists(directory.resolve(INDEX))) {
            return new Shards(directory.resolve(INDEX));
        }
        List<Path> ggufs;
        boolean pickled;
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
            ggufs = files.stream()
                    .filter(file -> file.getFileName().toString().endsWith(GGUF))
                    .toList();
            pickled = files.stream()
                    .anyMatch(file -> file.getFileName().toString().startsWith("pytorch_model"));
        } catch (IOException e) {
            throw Refusal.unreadable(directory, e);
        }
        if (ggufs.size() == 1) {
            return new Gguf(directory, ggufs.get(0));
        }
        if (ggufs.size() > 1) {
            throw Refusal.of(directory, "holds " + ggufs.size() + " files *" + GGUF + "; leave the one that is meant");
        }
        if (pickled) {
            throw Refusal.of(
                    directory,
                    "has its weights as pickle (pytorch_model*), which is never read because it can run code; "
                            + "convert them to safetensors");
        }
        throw Refusal.of(directory, "has no weights: looked for " + SINGLE + ", " + INDEX + " and one *" + GGUF);
    }

    private static Path text(Path file) {
        return ModelFile.require(file, ModelFile.LONGEST_TEXT);
    }

    /**
     * SHA-256 of one file of a model, in hex.
     *
     * @throws AuditException {@code MODEL} where it is missing or cannot be read
     */
    public static String fileDigest(Path file) {
        byte[] chunk = new byte[CHUNK];
        Sha256 digest = new Sha256();
        try (InputStream in = Files.newInputStream(ModelFile.require(file))) {
            long rest = Files.size(file);
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                AuditException.checkInterrupted();
                rest -= count;
                // What the system makes up as it is read can be regular too, and have no end.
                if (rest < 0) {
                    throw Refusal.of(file, "has more bytes than its size says");
                }
                digest.bytes(chunk, 0, count);
            }
        } catch (IOException e) {
            throw Refusal.unreadable(file, e);
        }
        return digest.hex();
    }
}
