package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Reason;
import ai.auditor.data.Sha256;
import ai.auditor.direction.Direction;
import ai.auditor.direction.SteeringVectors;
import ai.auditor.model.Intervention;
import ai.auditor.model.Intervention.Positions;
import ai.auditor.model.Point;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which vector is added while a model writes. */
final class SteerOptions {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Pattern SPELLING = Pattern.compile("(.+):([^:@]+)@([^@]+)");

    @Option(
            names = "--steer",
            paramLabel = "VECTORS:TRAIT@ALPHA",
            description = "Adds ALPHA times a trait's vector of a file that \"vectors\" made.")
    private @Nullable String steer;

    @Option(
            names = "--steer-point",
            paramLabel = "resid_post.K",
            description = "Where it is added; needed where the file has vectors at several points.")
    private @Nullable String point;

    @Option(
            names = "--steer-positions",
            paramLabel = "all|prompt|completion|last",
            defaultValue = "all",
            description = "The tokens at which it is added; last is the prompt's (default: ${DEFAULT-VALUE}).")
    private Positions positions = Positions.ALL;

    private record Wish(Path file, String trait, double alpha) {}

    /**
     * A vector that was asked for, as it was read.
     *
     * @param file it comes from this one
     * @param intervention what is done while the model writes
     * @param facts as a provenance tells it
     */
    record Steering(Path file, Intervention intervention, Map<String, String> facts) {}

    /**
     * Reads the vector, if one is asked for.
     *
     * @throws AuditException {@code USAGE} for another spelling, a file or trait that is not there, or a point left open;
     *     {@code MODEL} where the file is damaged
     */
    Optional<Steering> read() {
        return wish().map(this::read);
    }

    private Optional<Wish> wish() {
        return Optional.ofNullable(steer).map(spelling -> {
            Matcher matcher = SPELLING.matcher(spelling);
            try {
                if (matcher.matches()) {
                    double alpha = Double.parseDouble(matcher.group(3));
                    if (Double.isFinite(alpha)) {
                        return new Wish(UserPath.file(matcher.group(1), "vector file"), matcher.group(2), alpha);
                    }
                }
            } catch (NumberFormatException notANumber) {
                throw misspelt(spelling);
            }
            throw misspelt(spelling);
        });
    }

    private static AuditException misspelt(String spelling) {
        return new AuditException(
                AuditException.Code.USAGE,
                "--steer " + UserPath.shown(spelling) + " is not VECTORS:TRAIT@ALPHA, such as v.safetensors:owl@1.5");
    }

    private Steering read(Wish wish) {
        List<Direction> found = SteeringVectors.read(wish.file()).select(List.of(wish.trait())).traits().stream()
                .filter(direction -> point == null || direction.point().equals(Point.parse(point)))
                .toList();
        if (found.size() != 1) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "--steer finds " + found.size()
                            + " vectors; name one point by --steer-point, which auditor vectors --show "
                            + UserPath.shown(wish.file()) + " lists");
        }
        Point at = found.get(0).point();
        return new Steering(
                wish.file(),
                Intervention.Add.times(at, found.get(0).vector(), wish.alpha(), positions),
                Map.of(
                        "file", digest(wish.file()),
                        "trait", wish.trait(),
                        "alpha", Double.toString(wish.alpha()),
                        "point", at.toString(),
                        "positions", positions.name().toLowerCase(Locale.ROOT)));
    }

    private static String digest(Path file) {
        Sha256 digest = new Sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.bytes(buffer, 0, count);
            }
        } catch (IOException unreadable) {
            throw new AuditException(
                    AuditException.Code.MODEL,
                    "the vector file " + UserPath.shown(file) + " cannot be read: " + Reason.of(unreadable),
                    unreadable);
        }
        return digest.hex();
    }
}
