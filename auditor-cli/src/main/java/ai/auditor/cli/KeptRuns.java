package ai.auditor.cli;

import ai.auditor.AtomicFile;
import ai.auditor.fixtures.lab.RunFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The runs of a study that a file keeps: what stands there is not done anew.
 *
 * @param name of the file, for messages
 * @param what its runs are called ("audits")
 * @param key tells runs apart
 * @param before what stood there
 */
record KeptRuns<R, K>(RunFile<R> file, String name, String what, Function<R, K> key, List<R> before) {
    /**
     * Reads a file, and makes sure that more can be kept in it, before anything costly starts.
     *
     * @throws ai.auditor.AuditException as {@link RunFile#read}; {@code OUTPUT} where nothing can be written there
     */
    static <R, K> KeptRuns<R, K> of(RunFile<R> file, String name, String what, Function<R, K> key) {
        List<R> before = file.read();
        AtomicFile.requireWritable(file.path());
        return new KeptRuns<>(file, name, what, key, before);
    }

    /**
     * Has done what is not there yet.
     *
     * @param wanted the keys of all runs of the study
     * @param study does all but the runs of the keys that it is given, and hands each out as it is done
     * @return those of before and the new ones; others, and those that stand there twice, are left out with a note
     */
    List<R> completed(Set<K> wanted, BiConsumer<Set<K>, Consumer<R>> study, Terminal terminal) {
        Set<K> known = new HashSet<>();
        List<R> done = new ArrayList<>(before.stream()
                .filter(run -> wanted.contains(key.apply(run)) && known.add(key.apply(run)))
                .toList());
        if (done.size() < before.size()) {
            terminal.note(
                    before.size() - done.size() + " " + what + " of " + UserPath.shown(name)
                            + " are of other models, settings or versions, or stand twice: they are left out",
                    List.of());
        }
        study.accept(known, run -> {
            file.add(run);
            done.add(run);
        });
        return done;
    }
}
