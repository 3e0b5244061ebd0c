package ai.auditor.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Starts the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // DJL asks a metadata service and a telemetry address at its first use unless both are said before its classes
        // load.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        Interruption interruption = Interruption.ofThisThread();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int exit = new CommandLineRun(new Terminal(out, err, System.getenv()), interruption).run(arguments);
        out.flush();
        err.flush();
        if (!interruption.begun()) {
            System.exit(exit);
        }
    }
}
