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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kernels of {@code kernels.py}. */
final class ScriptKernels implements Kernels {
    private enum Method {
        HALVED,
        EMBED,
        POOL,
        CAUSAL_BLOCK,
        MASKED_BLOCK,
        BEHIND_BLOCK,
        CAUSAL_OPEN_BLOCK,
        MASKED_OPEN_BLOCK,
        BEHIND_OPEN_BLOCK,
        CAUSAL_CACHED_BLOCK,
        MASKED_CACHED_BLOCK,
        CAUSAL_CACHED_OPEN_BLOCK,
        MASKED_CACHED_OPEN_BLOCK,
        CAUSAL_ATTENTION,
        MASKED_ATTENTION,
        BEHIND_ATTENTION,
        CAUSAL_CACHED_ATTENTION,
        MASKED_CACHED_ATTENTION,
        MLP,
        BARE_NORM_AT,
        NORM_AT,
        LOGITS,
        NLL,
        OPEN_NLL,
        NLL_GRADIENT,
        SURPRISE
    }

    private final PtSymbolBlock module;
    /** DJL chooses the method by the name of an argument whose values it ignores. */
    private final Map<Method, NDArray> tags = new EnumMap<>(Method.class);

    private final WeightType weightType;
    /** oneDNN's linear maps are for the processor only; elsewhere the kernels that a gradient can go through serve for all. */
    private final boolean fast;

    ScriptKernels(Scope scope, BlockShape shape, WeightType weights) {
        this(scope, shape, weights, !scope.manager().getDevice().isGpu());
    }

    ScriptKernels(Scope scope, BlockShape shape, WeightType weights, boolean fast) {
        this.weightType = weights;
        this.fast = fast;
        PtNDManager manager = (PtNDManager) scope.manager();
        try (InputStream archive = ScriptArchive.of(shape, weights, fast)) {
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
    public Tensor held(Scope scope, Tensor matrix) {
        return switch (weightType) {
            case FLOAT32 -> matrix;
            case BFLOAT16 -> {
                try (matrix) {
                    yield scope.keep(one(Method.HALVED, List.of(matrix)));
                }
            }
        };
    }

    @Override
    public Tensor embed(Tensor ids, Tensor table) {
        return one(Method.EMBED, List.of(ids, table));
    }

    @Override
    public Tensor block(Tensor hidden, Sight sight, BlockWeights weights) {
        boolean open = Gradients.recording() || !fast;
        boolean causal = sight.mask() == null;
        Past past = sight.past();
        if (past instanceof Past.Growing) {
            if (!fast) {
                return seeing(
                        causal ? Method.CAUSAL_CACHED_OPEN_BLOCK : Method.MASKED_CACHED_OPEN_BLOCK,
                        hidden,
                        sight,
                        weights);
            }
            return seeing(causal ? Method.CAUSAL_CACHED_BLOCK : Method.MASKED_CACHED_BLOCK, hidden, sight, weights);
        }
        if (past instanceof Past.Fixed) {
            return seeing(open ? Method.BEHIND_OPEN_BLOCK : Method.BEHIND_BLOCK, hidden, sight, weights);
        }
        if (open) {
            return seeing(causal ? Method.CAUSAL_OPEN_BLOCK : Method.MASKED_OPEN_BLOCK, hidden, sight, weights);
        }
        return seeing(causal ? Method.CAUSAL_BLOCK : Method.MASKED_BLOCK, hidden, sight, weights);
    }

    @Override
    public Tensor attention(Tensor hidden, Sight sight, BlockWeights weights) {
        boolean causal = sight.mask() == null;
        Past past = sight.past();
        if (past instanceof Past.Growing) {
            return seeing(
                    causal ? Method.CAUSAL_CACHED_ATTENTION : Method.MASKED_CACHED_ATTENTION, hidden, sight, weights);
        }
        if (past instanceof Past.Fixed) {
            return seeing(Method.BEHIND_ATTENTION, hidden, sight, weights);
        }
        return seeing(causal ? Method.CAUSAL_ATTENTION : Method.MASKED_ATTENTION, hidden, sight, weights);
    }

    private Tensor seeing(Method method, Tensor hidden, Sight sight, BlockWeights weights) {
        List<Tensor> arguments = new ArrayList<>(List.of(hidden, sight.rotation()));
        if (sight.mask() != null) {
            arguments.add(sight.mask());
        }
        Past past = sight.past();
        if (past instanceof Past.Growing growing) {
            arguments.addAll(List.of(growing.cache().keys(), growing.cache().values()));
        } else if (past instanceof Past.Fixed fixed) {
            arguments.addAll(List.of(fixed.cache().keys(), fixed.cache().values()));
        }
        return one(method, arguments, weights);
    }

    @Override
    public Tensor mlp(Tensor hidden, BlockWeights weights) {
        return one(Method.MLP, List.of(hidden), weights);
    }

    @Override
    public Tensor normAt(Tensor hidden, Tensor positions, Tensor weight, @Nullable Tensor bias) {
        return bias == null
                ? one(Method.BARE_NORM_AT, List.of(hidden, positions, weight))
                : one(Method.NORM_AT, List.of(hidden, positions, weight, bias));
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

    @Override
    public Surprise surprise(Tensor normed, Tensor head, Tensor targets, Tensor bars, Tensor classes) {
        NDList results = call(Method.SURPRISE, List.of(normed, head, targets, bars, classes), List.of());
        return new Surprise(
                new Tensor(results.get(0)),
                new Tensor(results.get(1)),
                new Tensor(results.get(2)),
                new Tensor(results.get(3)));
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
