package ai.auditor.tensor;

/** Where arrays are kept and computed. */
public sealed interface Device extends DeviceChoice {
    /** The processor and its memory. */
    record Cpu() implements Device {
        @Override
        public String toString() {
            return "cpu";
        }
    }

    /**
     * An NVIDIA GPU.
     *
     * @param index 0-based, in the order of the CUDA runtime
     */
    record Cuda(int index) implements Device {
        public Cuda {
            if (index < 0) {
                throw new IllegalArgumentException("a GPU is 0 or more, not " + index);
            }
        }

        @Override
        public String toString() {
            return "cuda:" + index;
        }
    }
}
