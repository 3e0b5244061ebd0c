package ai.auditor.sae.training;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.data.Sha256;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** States of one training on disk, in the order of their steps; the last two stay. */
final class Checkpoint {
    private static final Pattern FILE = Pattern.compile("step-(\\d{6,10})\\.safetensors");
    private static final int KEPT = 2;
    /** A double is the exact sum of three floats. */
    private static final int PARTS = 3;

    private static final String PARAMETER = "parameter.";
    private static final String FIRST = "first_moment.";
    private static final String SECOND = "second_moment.";
    private static final String SINCE = "steps_since_fired";
    private static final String FIRINGS = "firings";
    private static final String NUMBERS = "numbers";
    /** A tensor whose name says which training the file belongs to. */
    private static final String TRAINING = "training/";

    private final SaePlan plan;
    private final String training;

    Checkpoint(SaePlan plan, States states) {
        this.plan = plan;
        this.training = plan.checkpoints().isEmpty()
                ? ""
                : new Sha256().text(states.digest()).text(plan.fingerprint()).hex();
    }

    /** Writes the state if it is time or the training is over, and deletes all but the last two. */
    void keep(Training current) {
        if (plan.checkpoints().isEmpty()) {
            return;
        }
        SaePlan.Checkpoints wanted = plan.checkpoints().get();
        // The last one keeps what was learnt where measuring or writing it fails.
        if (current.done() % wanted.everySteps() != 0 && current.done() != plan.steps()) {
            return;
        }
        Training.State state = current.state();
        MemoryWeights all = new MemoryWeights().put(TRAINING + training, new float[] {1}, 1);
        put(all, PARAMETER, state.parameters());
        put(all, FIRST, state.first());
        put(all, SECOND, state.second());
        all.put(SINCE, state.sinceFired(), state.sinceFired().length);
        all.put(FIRINGS, state.firings(), state.firings().length);
        all.put(NUMBERS, thirds(state.numbers()), state.numbers().length, PARTS);
        Path directory = wanted.directory();
        try {
            Files.createDirectories(directory);
            SafetensorsFile.write(
                    directory.resolve(String.format(Locale.ROOT, "step-%06d.safetensors", current.done())),
                    all,
                    Map.of());
            List<Path> files = files(directory);
            for (Path old : files.subList(0, Math.max(0, files.size() - KEPT))) {
                Files.delete(old);
            }
        } catch (IOException failure) {
            // An interrupt closes the file that is being written.
            AuditException.checkInterrupted();
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "cannot keep checkpoints in " + shown(directory) + ": " + Reason.of(failure),
                    failure);
        }
    }

    /** The latest state, if the training is to go on from one and there is one. */
    Optional<Training.State> latest() {
        if (plan.checkpoints().isEmpty()
                || !Files.isDirectory(plan.checkpoints().get().directory())) {
            return Optional.empty();
        }
        SaePlan.Checkpoints wanted = plan.checkpoints().get();
        List<Path> files = files(wanted.directory());
        if (files.isEmpty()) {
            return Optional.empty();
        }
        if (!wanted.resume()) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    shown(wanted.directory()) + " holds checkpoints already: resume, or name another directory");
        }
        Path last = files.get(files.size() - 1);
        try (WeightSource source = SafetensorsFile.open(last)) {
            if (!source.names().contains(TRAINING + training)) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        shown(last) + " belongs to another training: other rows, model or settings; "
                                + "name another directory, or give the same ones");
            }
            return Optional.of(new Training.State(
                    all(source, PARAMETER),
                    all(source, FIRST),
                    all(source, SECOND),
                    read(source, SINCE),
                    read(source, FIRINGS),
                    whole(read(source, NUMBERS))));
        }
    }

    /** What stands there, for a message. */
    String kept() {
        if (plan.checkpoints().isEmpty()) {
            return "no checkpoint was asked for";
        }
        Path directory = plan.checkpoints().get().directory();
        List<Path> files = Files.isDirectory(directory) ? files(directory) : List.of();
        return files.isEmpty()
                ? "there is no checkpoint yet"
                : "the last checkpoint is " + shown(files.get(files.size() - 1));
    }

    private static String shown(Path path) {
        return Printable.line(path.toString());
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(
                            file -> FILE.matcher(file.getFileName().toString()).matches())
                    // By number: as text, step-1000000 would stand before step-999999.
                    .sorted(Comparator.comparingLong(file -> Long.parseLong(
                            FILE.matcher(file.getFileName().toString()).replaceFirst("$1"))))
                    .toList();
        } catch (IOException failure) {
            throw new AuditException(
                    AuditException.Code.OUTPUT,
                    "cannot read the checkpoints in " + shown(directory) + ": " + Reason.of(failure),
                    failure);
        }
    }

    private static void put(MemoryWeights all, String prefix, List<float[]> values) {
        for (int i = 0; i < values.size(); i++) {
            all.put(prefix + i, values.get(i), values.get(i).length);
        }
    }

    private static List<float[]> all(WeightSource source, String prefix) {
        List<float[]> values = new ArrayList<>();
        while (source.names().contains(prefix + values.size())) {
            values.add(read(source, prefix + values.size()));
        }
        return values;
    }

    private static float[] read(WeightSource source, String name) {
        FloatBuffer values = FloatBuffer.allocate(
                Math.toIntExact(Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact)));
        source.read(name, values);
        return values.array();
    }

    private static float[] thirds(double[] values) {
        float[] thirds = new float[PARTS * values.length];
        for (int i = 0; i < values.length; i++) {
            double rest = values[i];
            for (int part = 0; part < PARTS; part++) {
                thirds[PARTS * i + part] = (float) rest;
                rest -= thirds[PARTS * i + part];
            }
        }
        return thirds;
    }

    private static double[] whole(float[] thirds) {
        double[] values = new double[thirds.length / PARTS];
        for (int i = 0; i < values.length; i++) {
            values[i] = (double) thirds[PARTS * i] + thirds[PARTS * i + 1] + thirds[PARTS * i + 2];
        }
        return values;
    }
}
