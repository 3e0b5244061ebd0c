package ai.auditor.cli;

import ai.auditor.tensor.DeviceChoice;
import picocli.CommandLine.Option;

/** Where numbers are worked on, and with how many threads; a superclass, since picocli takes no mixin in a group of options. */
class EngineOptions {
    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            converter = ThreadsConverter.class,
            description = "Threads, at most 256; 0 takes one a processor (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "cpu|cuda[:N]|auto",
            defaultValue = "auto",
            converter = DeviceConverter.class,
            description =
                    "Where the model runs; auto takes a GPU that the loaded libtorch sees (default: ${DEFAULT-VALUE}).")
    private DeviceChoice device = new DeviceChoice.Automatic();

    final int threads() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    final DeviceChoice device() {
        return device;
    }
}
