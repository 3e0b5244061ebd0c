package ai.auditor.cli;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the working thread, and waits a little for it to clean up. The Java runtime
 * itself then ends with 130 or 143.
 */
final class Interruption {
    private static final long CLEAN_UP_MILLISECONDS = 10_000;

    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean finished = new AtomicBoolean();

    private Interruption() {}

    static Interruption ofThisThread() {
        Interruption interruption = new Interruption();
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interruption.stop(worker), "interruption"));
        return interruption;
    }

    /** Never begins: for tests that run a command in their own thread. */
    static Interruption none() {
        return new Interruption();
    }

    /** Whether the process is on its way down: then nobody may call exit, which would wait for itself. */
    boolean begun() {
        return begun.get();
    }

    /** Says that the work is over: a later shutdown has nothing to interrupt. */
    void finish() {
        finished.set(true);
    }

    private void stop(Thread worker) {
        if (finished.get()) {
            return;
        }
        begun.set(true);
        worker.interrupt();
        try {
            worker.join(CLEAN_UP_MILLISECONDS);
        } catch (InterruptedException secondSignal) {
            Thread.currentThread().interrupt();
        }
    }
}
