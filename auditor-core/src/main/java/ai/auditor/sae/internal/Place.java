package ai.auditor.sae.internal;

import ai.auditor.ModelFile;
import ai.auditor.data.Sha256;
import ai.auditor.model.WeightFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory of an autoencoder.
 *
 * @param chosen the file that was named in it; empty where the directory was
 * @param above names of the directory and of those that it lies in, innermost first: some formats say there what they are of
 */
public record Place(Path directory, Optional<Path> chosen, List<String> above) {
    private static final String CHECKPOINTS = "checkpoints";

    /** What a user named. */
    public static Place of(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        boolean file = !Files.isDirectory(absolute);
        Path directory = absolute;
        if (file) {
            ModelFile.require(path);
            directory = parent(absolute);
            if (String.valueOf(directory.getFileName()).equals(CHECKPOINTS)) {
                directory = parent(directory);
            }
        }
        List<String> above = new ArrayList<>();
        for (Path at = directory; at != null && at.getFileName() != null; at = at.getParent()) {
            above.add(at.getFileName().toString());
        }
        return new Place(directory, file ? Optional.of(absolute) : Optional.empty(), List.copyOf(above));
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    /** Whether all of some files are there and the chosen one is among them. */
    boolean has(String... files) {
        return List.of(files).stream().allMatch(file -> ModelFile.exists(directory.resolve(file)))
                && chosen.map(file -> List.of(files).stream()
                                .anyMatch(name -> directory.resolve(name).equals(file)))
                        .orElse(true);
    }

    boolean exists(String file) {
        return ModelFile.exists(directory.resolve(file));
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** The innermost name around that has a pattern in it. */
    Optional<MatchResult> around(Pattern pattern) {
        return above.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(Matcher::toMatchResult)
                .findFirst();
    }

    /** SHA-256 over names and digests of files, in hex. */
    String digest(String... files) {
        Sha256 whole = new Sha256();
        for (String file : files) {
            whole.text(file).text(WeightFiles.fileDigest(directory.resolve(file)));
        }
        return whole.hex();
    }
}
