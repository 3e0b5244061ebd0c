package ai.auditor.cli;

import ai.auditor.audit.Tool;
import picocli.CommandLine.IVersionProvider;

/** Prints name and version. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {Tool.NAME};
    }
}
