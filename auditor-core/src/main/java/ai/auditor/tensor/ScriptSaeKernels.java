package ai.auditor.tensor;

import ai.auditor.AuditException;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kernels of {@code sae_kernels.py}. */
final class ScriptSaeKernels implements SaeKernels {
    private static final String SOURCE = "sae_kernels.py";

    /** How DJL is told that an argument is a list. */
    private static final List<String> LISTS = List.of("p[]", "g[]", "m[]", "v[]", "n[]");

    private enum Method {
        STEP,
        WAKING_STEP,
        ADAM
    }

    private final Scope scope;
    private final int features;
    private final PtSymbolBlock module;
    private final Map<Method, NDArray> tags = new EnumMap<>(Method.class);
    /** The encoder's linear map of a batch, written over by each step: memory that is new is slow. */
    private @Nullable Tensor room;

    ScriptSaeKernels(Scope parent, SaeRule rule, int width, int features) {
        this.scope = parent.child();
        this.features = features;
        PtNDManager manager = (PtNDManager) scope.manager();
        try (InputStream archive = ScriptArchive.of(source(rule, width, features))) {
            module = JniUtils.loadModule(manager, archive, false, false);
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading from memory does not fail", impossible);
        } catch (EngineException refused) {
            scope.close();
            throw new AuditException(
                    AuditException.Code.NUMERIC,
                    "this build of the engine does not take the kernels that sparse autoencoders are trained with",
                    refused);
        }
        for (Method method : Method.values()) {
            NDArray tag = manager.zeros(new Shape(1));
            tag.setName("module_method:" + method.name().toLowerCase(Locale.ROOT));
            tags.put(method, tag);
        }
    }

    private static String source(SaeRule rule, int width, int features) {
        List<Map.Entry<String, Object>> values = new ArrayList<>(List.of(
                Map.entry("FEATURES", features),
                Map.entry("BETA1", Adam.BETA1),
                Map.entry("BETA2", Adam.BETA2),
                Map.entry("EPSILON", Adam.EPSILON)));
        boolean top = false;
        boolean batch = false;
        boolean step = false;
        boolean toInput = false;
        if (rule instanceof SaeRule.Top chosen) {
            top = true;
            batch = chosen.acrossBatch();
            values.add(Map.entry("K", chosen.k()));
            values.add(Map.entry("AUXILIARY", chosen.auxiliary()));
            values.add(Map.entry("MOST_DEAD", mostDead(width)));
        } else if (rule instanceof SaeRule.Jump jump) {
            step = jump.penalty() == SaeRule.Penalty.STEP;
            toInput = jump.toInput();
            values.add(Map.entry("BANDWIDTH", jump.bandwidth()));
            values.add(Map.entry("HALF_BAND", jump.bandwidth() / 2));
            values.add(Map.entry("TANH_SCALE", jump.tanhScale()));
            values.add(Map.entry("DEAD", jump.dead()));
        }
        values.sort(Comparator.comparing(
                        (Map.Entry<String, Object> value) -> -value.getKey().length())
                .thenComparing(Map.Entry::getKey));
        Map<String, Boolean> switches = Map.of(
                "TOP",
                top,
                "ROWS",
                top && !batch,
                "BATCH",
                batch,
                "JUMP",
                !top,
                "STEP",
                step,
                "TANH",
                !top && !step,
                "TO_INPUT",
                toInput,
                "STEP_TO_INPUT",
                toInput && step);
        return ScriptArchive.filled(ScriptArchive.chosen(ScriptArchive.template(SOURCE), switches), values);
    }

    /** How many dead features of a token learn at once (Gao and others, appendix A.2). */
    static int mostDead(int width) {
        return Math.max(1, width / 2);
    }

    @Override
    public Step step(Tensor states, Parameters parameters, int[] dead, double level) {
        try {
            return stepped(states, parameters, dead, level);
        } catch (EngineException failed) {
            throw failed(failed);
        }
    }

    private Step stepped(Tensor states, Parameters parameters, int[] dead, double level) {
        Tensor pre = room(states.shape()[0]);
        NDManager manager = states.array().getManager();
        try (NDArray number = manager.create(new float[] {(float) level})) {
            NDList arguments = new NDList(states.array());
            parameters.all().forEach(parameter -> arguments.add(parameter.array()));
            arguments.add(number);
            arguments.add(pre.array());
            NDList results;
            if (dead.length == 0) {
                results = call(Method.STEP, arguments);
            } else {
                long[] places = new long[dead.length];
                for (int i = 0; i < places.length; i++) {
                    places[i] = dead[i];
                }
                try (NDArray asleep = manager.create(places)) {
                    arguments.add(asleep);
                    results = call(Method.WAKING_STEP, arguments);
                }
            }
            results.forEach(result -> result.attach(manager));
            try (Tensor sums = new Tensor(results.get(0))) {
                int last = results.size() - 1;
                return new Step(
                        Sums.of(sums),
                        new Parameters(
                                new Tensor(results.get(1)),
                                new Tensor(results.get(2)),
                                new Tensor(results.get(3)),
                                new Tensor(results.get(4)),
                                last == 5 ? null : new Tensor(results.get(5))),
                        new Tensor(results.get(last)));
            }
        }
    }

    private Tensor room(long tokens) {
        if (room == null || room.shape()[0] != tokens) {
            if (room != null) {
                room.close();
                room = null;
            }
            room = scope.zeros(tokens, features);
        }
        return room;
    }

    @Override
    public void adam(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Adam step) {
        NDManager manager = gradient.array().getManager();
        try (NDArray number = manager.create((float) step.number());
                NDArray rate = manager.create((float) step.rate());
                NDArray divisor = manager.create((float) (1 / step.factor()))) {
            List<NDArray> changed = List.of(parameter.array(), gradient.array(), first.array(), second.array(), number);
            NDList arguments = new NDList(changed);
            arguments.add(rate);
            arguments.add(divisor);
            for (int i = 0; i < LISTS.size(); i++) {
                changed.get(i).setName(LISTS.get(i));
            }
            try {
                // What changes, changes in place.
                call(Method.ADAM, arguments).close();
            } finally {
                // Elsewhere they are no lists.
                changed.forEach(array -> array.setName(null));
            }
        } catch (EngineException failed) {
            throw failed(failed);
        }
    }

    private NDList call(Method method, NDList arguments) {
        NDList inputs = new NDList(arguments);
        inputs.add(tags.get(method));
        // Otherwise DJL switches modes of the thread; nothing is recorded here anyway.
        return IValueUtils.forward(module, inputs, true);
    }

    private static AuditException failed(EngineException failure) {
        return new AuditException(
                AuditException.Code.NUMERIC,
                "the engine failed in a training step of an autoencoder; where its memory is short, lower the batch size",
                failure);
    }

    @Override
    public void close() {
        module.close();
        scope.close();
    }
}
