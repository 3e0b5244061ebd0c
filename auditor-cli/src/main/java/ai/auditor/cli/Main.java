package ai.auditor.cli;

import ai.auditor.NativeLibrary;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the command line. */
public final class Main {
    /** JNA, by which DJL looks for a GPU; held here, or its level would be forgotten. */
    private static final Logger NATIVE_ACCESS = Logger.getLogger("com.sun.jna");

    private Main() {}

    public static void main(String[] arguments) {
        // Without a folder for its library JNA prints a stack trace, and all that follows is that no GPU is found.
        NATIVE_ACCESS.setLevel(Level.OFF);
        Interruption interruption = Interruption.ofThisThread();
        PrintWriter out = new PrintWriter(
                new StandardOutput(new FileOutputStream(FileDescriptor.out), StandardOutput.isPipe()),
                true,
                StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exit;
        try {
            NativeLibrary.stayOffline();
            exit = new CommandLineRun(new Terminal(out, err, System.getenv()), interruption).run(arguments);
        } catch (LinkageError incomplete) {
            // Java's own end, with 1, would read as a failed gate.
            err.println("auditor: a jar of the auditor is missing (" + incomplete.getMessage() + "); install it again");
            exit = ExitCode.NOT_COMPLETED;
        }
        out.flush();
        err.flush();
        if (!interruption.begun()) {
            System.exit(exit);
        }
    }
}
