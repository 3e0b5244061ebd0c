package ai.auditor.sae.internal;

import ai.auditor.model.NpzFile;
import ai.auditor.model.Point;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import ai.auditor.sae.SaeWeights;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Gemma Scope (arXiv 2408.05147): {@code layer_N/width_16k/average_l0_K/params.npz}, which says nothing of itself but by its path. */
final class GemmaScope implements Format {
    private static final String FILE = "params.npz";
    private static final Pattern REPOSITORY =
            Pattern.compile("gemma-scope-(2b|9b|27b)-(pt|it)-(res|mlp|att|transcoders)(?![a-z])");
    private static final Pattern LAYER = Pattern.compile("^layer_(\\d{1,4})$");
    private static final Pattern EMBEDDING = Pattern.compile("^embedding$");
    private static final Pattern L0 = Pattern.compile("^average_l0_(\\d{1,6})$");

    @Override
    public String name() {
        return "Gemma Scope";
    }

    @Override
    public String files() {
        return FILE;
    }

    @Override
    public boolean liesAt(Place place) {
        return place.has(FILE);
    }

    @Override
    public SaeFile read(Place place) {
        Hook hook = hook(place);
        try (WeightSource source = NpzFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            String encoderName = tensors.has("w_enc") ? "w_enc" : "W_enc";
            String decoderName = tensors.has("w_dec") ? "w_dec" : "W_dec";
            tensors.requireOnly(encoderName, decoderName, "b_enc", "b_dec", "threshold", "scaling_factor");
            int[] sizes = tensors.sizes(encoderName);
            int width = sizes[0];
            int features = sizes[1];
            tensors.requireOnes("scaling_factor", features);
            ByteBuffer encoder = tensors.matrix(encoderName, width, features);
            ByteBuffer decoder = tensors.matrix(decoderName, features, width);
            if (place.around(EMBEDDING).isPresent()) {
                // They were trained on embeddings before Gemma scales them by the root of their width; ours are scaled,
                // as SAELens's are.
                float root = (float) Math.sqrt(width);
                Folding.scale(encoder, 1 / root);
                Folding.scale(decoder, root);
            }
            SaeWeights weights = new SaeWeights(
                    encoder,
                    tensors.vector("b_enc", features),
                    decoder,
                    tensors.vector("b_dec", width),
                    new float[width],
                    new Activation.JumpRelu(tensors.vector("threshold", features)),
                    InputNorm.NONE);
            OptionalDouble l0 = place.around(L0)
                    .map(found -> OptionalDouble.of(Double.parseDouble(found.group(1))))
                    .orElse(OptionalDouble.empty());
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            "jumprelu",
                            width,
                            features,
                            hook,
                            new Declared(l0, OptionalDouble.empty()),
                            place.digest(FILE)),
                    weights);
        }
    }

    private static Hook hook(Place place) {
        Optional<MatchResult> repository = place.around(REPOSITORY);
        if (repository.isEmpty()) {
            return Hook.unknown();
        }
        MatchResult found = repository.get();
        String model = "gemma-2-" + found.group(1) + (found.group(2).equals("it") ? "-it" : "");
        Optional<Integer> layer = place.around(LAYER).map(match -> Integer.valueOf(match.group(1)));
        Optional<Point> point = switch (found.group(3)) {
            case "res" ->
                place.around(EMBEDDING).isPresent()
                        ? Optional.of(new Point(Point.Kind.EMBEDDINGS, 0))
                        : layer.map(Point::residPost);
            case "mlp" -> layer.map(block -> new Point(Point.Kind.MLP_OUT, block));
            case "att" -> throw Refused.of(place.file(FILE), "is of " + found.group() + ": " + HEADS);
            default -> throw Refused.of(place.file(FILE), "is of " + found.group() + ": " + TRANSCODER);
        };
        return new Hook(Optional.of(model), Optional.empty(), point);
    }
}
