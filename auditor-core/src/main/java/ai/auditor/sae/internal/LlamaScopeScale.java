package ai.auditor.sae.internal;

import ai.auditor.Printable;
import ai.auditor.model.Point;
import ai.auditor.sae.Activation;
import ai.auditor.sae.InputNorm;
import ai.auditor.sae.SaeWeights;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What both series of Llama Scope have in common: matrices as PyTorch keeps them, and one scale of all inputs, which is folded in. */
final class LlamaScopeScale {
    private LlamaScopeScale() {}

    static Point point(Config config) {
        String in = config.text("hook_point_in");
        Optional<String> out = config.optionalText("hook_point_out");
        if (out.isPresent() && !out.get().equals(in)) {
            throw config.refused("hook_point_out", "is another than hook_point_in: " + Format.TRANSCODER);
        }
        return Format.point(config.file(), in);
    }

    /** Refuses what SAELens passes over: it would be run as something else than it was trained as. */
    static void requireKnown(Config config) {
        requireText(config, "act_fn", "jumprelu");
        requireText(config, "norm_activation", "dataset-wise");
        requireText(config, "sae_type", "sae");
        for (String key : new String[] {"use_glu_encoder", "apply_decoder_bias_to_pre_encoder"}) {
            if (config.flag(key, false)) {
                throw config.refused(key, "is true, which is not read");
            }
        }
        if (!config.flag("use_decoder_bias", true)) {
            throw config.refused("use_decoder_bias", "is false, which is not read");
        }
    }

    private static void requireText(Config config, String key, String read) {
        Optional<String> text = config.optionalText(key);
        if (text.isPresent() && !text.get().equals(read)) {
            throw config.refused(key, "is " + Printable.quoted(text.get()) + "; of this format " + read + " is read");
        }
    }

    /** Weights for states as they are, of those for states that are as long as the root of their width on average. */
    static SaeWeights folded(Tensors tensors, int width, int features, double scale, float[] thresholds) {
        float factor = (float) scale;
        float[] bias = tensors.vector("encoder.bias", features);
        float[] decoderBias = tensors.vector("decoder.bias", width);
        ByteBuffer encoder = tensors.turned("encoder.weight", width, features);
        ByteBuffer decoder = tensors.turned("decoder.weight", features, width);
        Folding.scale(encoder, factor);
        Folding.scale(decoder, 1 / factor);
        Folding.scale(decoderBias, 1 / factor);
        return new SaeWeights(
                encoder,
                bias,
                decoder,
                decoderBias,
                new float[width],
                new Activation.JumpRelu(thresholds),
                InputNorm.NONE);
    }
}
