package ai.auditor.train;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import ai.auditor.data.Sha256;
import ai.auditor.model.Decoder;
import ai.auditor.model.MemoryWeights;
import ai.auditor.model.ReferenceModel;
import ai.auditor.model.SafetensorsFile;
import ai.auditor.model.WeightSource;
import ai.auditor.text.TokenizedRow;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The state of a training after a step: all that the next step needs.
 *
 * @param best the parameters with the lowest validation loss; empty before there was one
 */
record Checkpoint(
        float[] parameters, List<float[]> moments, float[] best, List<Double> losses, List<Double> validationLosses) {
    private static final String PARAMETERS = "parameters";
    private static final String MOMENT = "moment.";
    private static final String BEST = "best_parameters";
    private static final String LOSSES = "losses";
    private static final String VALIDATION = "validation_losses";
    /** A tensor whose name says which training the file belongs to. */
    private static final String TRAINING = "training/";

    /** A learner that goes on from here. */
    Learner learner(Decoder base, TrainingPlan plan) {
        return Learner.of(base, plan, parameters, moments);
    }

    /** The files of one training in the order of their steps. */
    static final class Store {
        private static final Pattern FILE = Pattern.compile("step-(\\d{6,10})\\.safetensors");
        private static final int KEPT = 2;
        private static final int PARTS = 3;

        private final Optional<TrainingPlan.Checkpoints> wanted;
        private final String training;
        private final int moments;

        Store(ReferenceModel base, TrainingSet set, TrainingPlan plan) {
            this.wanted = plan.checkpoints();
            this.training = wanted.isPresent() ? training(base, set, plan) : "";
            this.moments = plan.optimizer().moments();
        }

        private static String training(ReferenceModel base, TrainingSet set, TrainingPlan plan) {
            Sha256 digest = new Sha256().text(base.digest()).text(plan.fingerprint());
            add(digest, set);
            plan.validation().ifPresent(held -> add(digest, held.set()));
            return digest.hex();
        }

        private static void add(Sha256 digest, TrainingSet set) {
            List<TokenizedRow> rows = set.rows();
            if (set instanceof TrainingSet.Preferences preferences) {
                digest.text("pairs, beta " + preferences.beta());
            }
            digest.text(Integer.toString(rows.size()));
            rows.forEach(row -> digest.text(Arrays.toString(row.ids()))
                    .text(row.firstPredicted() + " " + row.completionStart() + " " + row.completionEnd()));
        }

        /** Writes a checkpoint if one is due, and deletes all but the last two. */
        void keep(Learner learner, float[] best, List<Double> losses, List<Double> validationLosses, boolean epochEnd) {
            if (wanted.isEmpty()) {
                return;
            }
            TrainingPlan.Checkpoints checkpoints = wanted.get();
            int every = checkpoints.everySteps();
            if (every == 0 ? !epochEnd : losses.size() % every != 0) {
                return;
            }
            float[] parameters = learner.parameters().values();
            MemoryWeights state = new MemoryWeights()
                    .put(PARAMETERS, parameters, parameters.length)
                    .put(BEST, best, best.length)
                    .put(LOSSES, thirds(losses), losses.size(), PARTS)
                    .put(VALIDATION, thirds(validationLosses), validationLosses.size(), PARTS)
                    .put(TRAINING + training, new float[] {1}, 1);
            List<float[]> values = learner.optimizer().values();
            for (int i = 0; i < values.size(); i++) {
                state.put(MOMENT + i, values.get(i), values.get(i).length);
            }
            Path directory = checkpoints.directory();
            try {
                Files.createDirectories(directory);
                Path file = directory.resolve(String.format(Locale.ROOT, "step-%06d.safetensors", losses.size()));
                SafetensorsFile.write(file, state, Map.of());
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

        /** The latest checkpoint, if the training is to go on from one and there is one. */
        Optional<Checkpoint> latest() {
            if (wanted.isEmpty() || !Files.isDirectory(wanted.get().directory())) {
                return Optional.empty();
            }
            List<Path> files = files(wanted.get().directory());
            if (files.isEmpty()) {
                return Optional.empty();
            }
            Path last = files.get(files.size() - 1);
            if (!wanted.get().resume()) {
                throw new AuditException(
                        AuditException.Code.USAGE,
                        shown(wanted.get().directory())
                                + " holds checkpoints already: resume, or name another directory");
            }
            try (WeightSource source = SafetensorsFile.open(last)) {
                if (!source.names().contains(TRAINING + training)) {
                    throw new AuditException(
                            AuditException.Code.USAGE,
                            shown(last) + " belongs to another training: other rows, base or settings; "
                                    + "name another directory, or give the same ones");
                }
                return Optional.of(new Checkpoint(
                        read(source, PARAMETERS),
                        IntStream.range(0, moments)
                                .mapToObj(i -> read(source, MOMENT + i))
                                .toList(),
                        read(source, BEST),
                        whole(read(source, LOSSES)),
                        whole(read(source, VALIDATION))));
            }
        }

        /** What stands there, for a message. */
        String kept() {
            if (wanted.isEmpty()) {
                return "no checkpoint was asked for";
            }
            Path directory = wanted.get().directory();
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
                return entries.filter(file ->
                                FILE.matcher(file.getFileName().toString()).matches())
                        .sorted(Comparator.comparingLong(Store::step))
                        .toList();
            } catch (IOException failure) {
                throw new AuditException(
                        AuditException.Code.OUTPUT,
                        "cannot read the checkpoints in " + shown(directory) + ": " + Reason.of(failure),
                        failure);
            }
        }

        /** By number: as text, step-1000000 would stand before step-999999. */
        private static long step(Path file) {
            return Long.parseLong(FILE.matcher(file.getFileName().toString()).replaceFirst("$1"));
        }

        private static float[] read(WeightSource source, String name) {
            FloatBuffer values = FloatBuffer.allocate(
                    Math.toIntExact(Arrays.stream(source.shape(name)).reduce(1, Math::multiplyExact)));
            source.read(name, values);
            return values.array();
        }

        /** Losses are doubles, tensors floats: each loss is the exact sum of three. */
        private static float[] thirds(List<Double> values) {
            float[] thirds = new float[PARTS * values.size()];
            for (int i = 0; i < values.size(); i++) {
                double rest = values.get(i);
                for (int part = 0; part < PARTS; part++) {
                    thirds[PARTS * i + part] = (float) rest;
                    rest -= thirds[PARTS * i + part];
                }
            }
            return thirds;
        }

        private static List<Double> whole(float[] thirds) {
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < thirds.length; i += PARTS) {
                values.add((double) thirds[i] + thirds[i + 1] + thirds[i + 2]);
            }
            return values;
        }
    }
}
