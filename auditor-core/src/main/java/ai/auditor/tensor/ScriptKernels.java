package ai.auditor.tensor;

import ai.auditor.AuditException;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kernels of {@code kernels.py}. */
final class ScriptKernels implements Kernels {
    private enum Method {
        EMBED,
        POOL,
        CAUSAL_BLOCK,
        MASKED_BLOCK,
        CAUSAL_OPEN_BLOCK,
        MASKED_OPEN_BLOCK,
        CAUSAL_CACHED_BLOCK,
        MASKED_CACHED_BLOCK,
        NORM_AT,
        LOGITS,
        NLL,
        OPEN_NLL,
        NLL_GRADIENT
    }

    private final PtSymbolBlock module;
    /** DJL chooses the method by the name of an argument whose values it ignores. */
    private final Map<Method, NDArray> tags = new EnumMap<>(Method.class);

    ScriptKernels(Scope scope, BlockShape shape) {
        PtNDManager manager = (PtNDManager) scope.manager();
        try (InputStream archive = ScriptArchive.of(shape)) {
            module = JniUtils.loadModule(manager, archive, false, false);
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading from memory does not fail", impossible);
        } catch (EngineException refused) {
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    "this build of the engine does not take the fused kernels; open the model with the plain ones",
                    refused);
        }
        for (Method method : Method.values()) {
            NDArray tag = manager.zeros(new Shape(1));
            tag.setName("module_method:" + method.name().toLowerCase(Locale.ROOT));
            tags.put(method, tag);
        }
    }

    @Override
    public Tensor embed(Tensor ids, Tensor table) {
        return one(Method.EMBED, List.of(ids, table));
    }

    @Override
    public Tensor block(Tensor hidden, Tensor rotation, @Nullable Tensor mask, BlockWeights weights) {
        boolean open = Gradients.recording();
        if (mask == null) {
            return one(open ? Method.CAUSAL_OPEN_BLOCK : Method.CAUSAL_BLOCK, List.of(hidden, rotation), weights);
        }
        return one(open ? Method.MASKED_OPEN_BLOCK : Method.MASKED_BLOCK, List.of(hidden, rotation, mask), weights);
    }

    @Override
    public Tensor block(
            Tensor hidden, Tensor rotation, @Nullable Tensor mask, AttentionCache cache, BlockWeights weights) {
        if (mask == null) {
            return one(Method.CAUSAL_CACHED_BLOCK, List.of(hidden, rotation, cache.keys(), cache.values()), weights);
        }
        return one(Method.MASKED_CACHED_BLOCK, List.of(hidden, rotation, mask, cache.keys(), cache.values()), weights);
    }

    @Override
    public Tensor normAt(Tensor hidden, Tensor positions, Tensor weight) {
        return one(Method.NORM_AT, List.of(hidden, positions, weight));
    }

    @Override
    public Tensor pool(Tensor hidden, Tensor weights) {
        return one(Method.POOL, List.of(hidden, weights));
    }

    @Override
    public Tensor logits(Tensor normed, Tensor head) {
        return one(Method.LOGITS, List.of(normed, head));
    }

    @Override
    public Tensor nll(Tensor normed, Tensor head, Tensor targets) {
        return one(Gradients.recording() ? Method.OPEN_NLL : Method.NLL, List.of(normed, head, targets));
    }

    @Override
    public NllGradient nllGradient(Tensor normed, Tensor head, Tensor targets, Tensor weights) {
        NDList results = call(Method.NLL_GRADIENT, List.of(normed, head, targets, weights), List.of());
        return new NllGradient(new Tensor(results.get(0)), new Tensor(results.get(1)));
    }

    private Tensor one(Method method, List<Tensor> arguments) {
        return new Tensor(call(method, arguments, List.of()).singletonOrThrow());
    }

    private Tensor one(Method method, List<Tensor> arguments, BlockWeights weights) {
        return new Tensor(call(method, arguments, weights.tensors()).singletonOrThrow());
    }

    private NDList call(Method method, List<Tensor> arguments, List<Tensor> weights) {
        NDList inputs = new NDList(arguments.size() + weights.size() + 1);
        arguments.forEach(argument -> inputs.add(argument.array()));
        weights.forEach(weight -> inputs.add(weight.array()));
        inputs.add(tags.get(method));
        try {
            // Otherwise DJL runs it in inference mode, whose results no gradient can ever be asked of. The thread's
            // grad mode decides.
            return IValueUtils.forward(module, inputs, true);
        } catch (EngineException failed) {
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    "the engine failed in " + method + " on "
                            + arguments.stream()
                                    .map(a -> Arrays.toString(a.shape()))
                                    .toList()
                            + "; with less memory free, lower the batch size",
                    failed);
        }
    }

    @Override
    public void close() {
        module.close();
    }
}
