package ai.auditor.sae.internal;

import ai.auditor.Printable;
import ai.auditor.model.Point;
import ai.auditor.model.TorchFile;
import ai.auditor.model.WeightSource;
import ai.auditor.sae.Activation;
import ai.auditor.sae.Declared;
import ai.auditor.sae.Hook;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeFacts;
import ai.auditor.sae.SaeFile;
import ai.auditor.sae.SaeWeights;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** dictionary_learning: {@code ae.pt} and {@code config.json}, whose {@code trainer.dict_class} says what the tensors are. */
final class DictionaryLearning implements Format {
    private static final String CONFIG = "config.json";
    private static final String FILE = "ae.pt";
    private static final Pattern SUBMODULE =
            Pattern.compile("(resid_pre|resid_post|mlp_out|attn_out)(?:_layer_(\\d{1,4}))?");

    @Override
    public String name() {
        return "dictionary_learning";
    }

    @Override
    public String files() {
        return FILE + " with " + CONFIG;
    }

    @Override
    public boolean liesAt(Place place) {
        return place.has(FILE) || (place.exists(FILE) && place.has(CONFIG));
    }

    @Override
    public SaeFile read(Place place) {
        Config trainer = Config.read(place.file(CONFIG)).object("trainer");
        String kind = trainer.text("dict_class");
        int width = trainer.width("activation_dim");
        int features = trainer.width("dict_size");
        Hook hook = new Hook(trainer.optionalText("lm_name"), Optional.empty(), point(trainer));
        try (WeightSource source = TorchFile.open(place.file(FILE))) {
            Tensors tensors = new Tensors(source);
            SaeWeights weights = switch (kind) {
                case "AutoEncoder" -> plain(tensors, width, features);
                case "AutoEncoderNew" -> unshifted(tensors, width, features);
                case "GatedAutoEncoder" -> gated(tensors, width, features);
                case "JumpReluAutoEncoder" -> jump(tensors, width, features);
                case "AutoEncoderTopK" -> top(tensors, trainer, width, features);
                case "BatchTopKSAE" -> batch(tensors, width, features);
                case "MatryoshkaBatchTopKSAE" -> nested(tensors, width, features);
                default ->
                    throw trainer.refused(
                            "dict_class",
                            "is " + Printable.quoted(kind)
                                    + "; read are AutoEncoder, AutoEncoderNew, GatedAutoEncoder, JumpReluAutoEncoder, "
                                    + "AutoEncoderTopK, BatchTopKSAE, MatryoshkaBatchTopKSAE");
            };
            return new SaeFile(
                    new SaeFacts(
                            place.directory().toString(),
                            name(),
                            kind,
                            width,
                            features,
                            hook,
                            Declared.nothing(),
                            place.digest(CONFIG, FILE)),
                    weights);
        }
    }

    /** Without a submodule it is the residual stream behind the layer, which is what the library reads by default. */
    private static Optional<Point> point(Config trainer) {
        int layer = trainer.whole("layer");
        Optional<String> submodule = trainer.optionalText("submodule_name");
        if (submodule.isEmpty()) {
            return Optional.of(Point.residPost(layer));
        }
        Matcher matcher = SUBMODULE.matcher(submodule.get());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        if (matcher.group(2) != null && Integer.parseInt(matcher.group(2)) != layer) {
            throw trainer.refused(
                    "submodule_name", "is " + Printable.quoted(submodule.get()) + ", but \"layer\" is " + layer);
        }
        return Optional.of(Format.point(trainer.file(), matcher.group(1) + "." + layer));
    }

    private static SaeWeights plain(Tensors tensors, int width, int features) {
        tensors.requireOnly("bias", "encoder.weight", "encoder.bias", "decoder.weight");
        return linear(tensors, width, features, "encoder.bias", "bias", true, new Activation.Relu());
    }

    private static SaeWeights unshifted(Tensors tensors, int width, int features) {
        tensors.requireOnly("encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias");
        return linear(tensors, width, features, "encoder.bias", "decoder.bias", false, new Activation.Relu());
    }

    private static SaeWeights gated(Tensors tensors, int width, int features) {
        tensors.requireOnly("decoder_bias", "encoder.weight", "r_mag", "gate_bias", "mag_bias", "decoder.weight");
        Activation activation =
                new Activation.Gated(tensors.exponentials("r_mag", features), tensors.vector("mag_bias", features));
        return linear(tensors, width, features, "gate_bias", "decoder_bias", true, activation);
    }

    private static SaeWeights top(Tensors tensors, Config trainer, int width, int features) {
        tensors.requireOnly("encoder.weight", "encoder.bias", "decoder.weight", "b_dec", "k", "threshold");
        int k;
        if (tensors.has("k")) {
            float stored = tensors.scalar("k");
            if (!(stored >= 1 && stored <= features) || stored != Math.rint(stored)) {
                throw tensors.refused(
                        "k", "is " + stored + ", but of " + features + " features 1 to " + features + " can stay");
            }
            k = (int) stored;
            if (trainer.has("k") && trainer.whole("k") != k) {
                throw trainer.refused("k", "is " + trainer.whole("k") + ", but " + FILE + " says " + k);
            }
        } else {
            k = trainer.k("k", features);
        }
        return linear(tensors, width, features, "encoder.bias", "b_dec", true, new Activation.TopK(k, new float[0]));
    }

    private static SaeWeights batch(Tensors tensors, int width, int features) {
        tensors.requireOnly("encoder.weight", "encoder.bias", "decoder.weight", "b_dec", "k", "threshold");
        Activation activation = new Activation.JumpRelu(tensors.vectorOrOne("threshold", "encoder.bias", features));
        return linear(tensors, width, features, "encoder.bias", "b_dec", true, activation);
    }

    private static SaeWeights nested(Tensors tensors, int width, int features) {
        tensors.requireOnly("W_enc", "b_enc", "W_dec", "b_dec", "k", "threshold", "group_sizes");
        return straight(tensors, width, features, true);
    }

    private static SaeWeights jump(Tensors tensors, int width, int features) {
        tensors.requireOnly("W_enc", "b_enc", "W_dec", "b_dec", "threshold");
        return straight(tensors, width, features, false);
    }

    /** Matrices as {@code nn.Linear} keeps them. */
    private static SaeWeights linear(
            Tensors tensors,
            int width,
            int features,
            String encoderBias,
            String decoderBias,
            boolean shifted,
            Activation activation) {
        float[] bias = tensors.vector(encoderBias, features);
        float[] out = tensors.vector(decoderBias, width);
        return new SaeWeights(
                tensors.turned("encoder.weight", width, features),
                bias,
                tensors.turned("decoder.weight", features, width),
                out,
                shifted ? out.clone() : new float[width],
                activation,
                InputNorm.NONE);
    }

    /** Matrices as they are used. */
    private static SaeWeights straight(Tensors tensors, int width, int features, boolean shifted) {
        Activation activation = new Activation.JumpRelu(tensors.vectorOrOne("threshold", "b_enc", features));
        float[] bias = tensors.vector("b_enc", features);
        float[] out = tensors.vector("b_dec", width);
        return new SaeWeights(
                tensors.matrix("W_enc", width, features),
                bias,
                tensors.matrix("W_dec", features, width),
                out,
                shifted ? out.clone() : new float[width],
                activation,
                InputNorm.NONE);
    }
}
