package ai.auditor.cli;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.report.TerminalReport;
import java.util.Locale;
import java.util.function.Supplier;

/** Links that are tried in order; each is told on a line of its own as soon as it is known, should the next one end the process. */
final class Chain {
    private static final int STATE = 10;
    private static final int NAME = 12;

    /** Where messages send the user who is here already. */
    private static final String HERE = "; \"auditor doctor[^\"]*\" looks at every link$";

    /** How a link was found. */
    enum State {
        OK,
        FAILED,
        NOT_THERE,
        NOT_TRIED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * A link that was looked at.
     *
     * @param what what is there, or what to do
     */
    record Found(State state, String what) {
        static Found ok(String what) {
            return new Found(State.OK, what);
        }

        static Found failed(String what) {
            return new Found(State.FAILED, what);
        }

        static Found notThere(String what) {
            return new Found(State.NOT_THERE, what);
        }
    }

    private final Terminal terminal;
    private boolean sound = true;

    Chain(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whether no link has failed so far. */
    boolean sound() {
        return sound;
    }

    /**
     * Tries a link if it can be tried.
     *
     * @param before whether the links that it hangs on hold
     * @return whether it holds
     */
    boolean link(boolean before, String name, Supplier<Found> link) {
        Found found = before ? tried(link) : new Found(State.NOT_TRIED, "it hangs on what has failed");
        sound &= found.state != State.FAILED;
        tell(name, found);
        return found.state == State.OK;
    }

    private static Found tried(Supplier<Found> link) {
        try {
            return link.get();
        } catch (AuditException known) {
            if (known.code() == AuditException.Code.INTERRUPTED) {
                throw known;
            }
            return Found.failed(String.valueOf(known.getMessage()).replaceFirst(HERE, ""));
        } catch (LinkageError incomplete) {
            return Found.failed(
                    "a part of the program cannot be loaded (" + Printable.shortLine(String.valueOf(incomplete))
                            + "); install the auditor again, for this system");
        }
    }

    private void tell(String name, Found found) {
        String start = String.format(Locale.ROOT, "%-" + STATE + "s%-" + NAME + "s", found.state, name);
        int indent = STATE + NAME;
        TerminalReport.folded(found.what, terminal.width() - indent)
                .lines()
                .reduce((above, below) -> above + "\n" + " ".repeat(indent) + below)
                .ifPresent(text -> terminal.out().println((start + text)));
        terminal.out().flush();
    }
}
