package ai.auditor.cli;

import ai.auditor.audit.PolicyFile;
import ai.auditor.audit.Tier;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A policy to start from. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Prints the standard policy as YAML, each key with its meaning: a file to start from, for \"auditor audit --policy\".",
            "Every key may be left out. \"auditor schema policy\" prints the schema of such files."
        })
final class PolicyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--tier",
            paramLabel = "TIER",
            defaultValue = "standard",
            converter = TierConverter.class,
            description = "Of this tier: quick, standard or deep (default: ${DEFAULT-VALUE}).")
    private Tier tier = Tier.STANDARD;

    PolicyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.out().print(PolicyFile.standard(tier));
        return 0;
    }
}
