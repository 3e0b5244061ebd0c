package ai.auditor.model.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.TorchFile;
import ai.auditor.model.WeightSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles that ask for more than tensors, and tensors that reach beyond their numbers. */
class HostileTorchTest {
    private static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n";
    private static final String NO_HOOKS = "\u0089ccollections\nOrderedDict\n)R";
    private static final int NUMBERS = 6;

    @TempDir
    Path directory;

    @Test
    void tensorsAreReadByRowsAndByColumns() {
        try (WeightSource source = TorchFile.open(write(dictionary(tensor("K\0", "K\2K\3", "K\3K\1"))))) {
            assertThat(source.names()).containsExactly("w");
            assertThat(source.shape("w")).containsExactly(2, 3);
            assertThat(ModelBytes.read(source, "w")).containsExactly(0, 1, 2, 3, 4, 5);
        }
        try (WeightSource source = TorchFile.open(write(dictionary(tensor("K\0", "K\2K\3", "K\1K\2"))))) {
            assertThat(ModelBytes.read(source, "w")).containsExactly(0, 2, 4, 1, 3, 5);
            float[] turned = new float[NUMBERS];
            source.readTransposed("w", FloatBuffer.wrap(turned));
            assertThat(turned).containsExactly(0, 1, 2, 3, 4, 5);
        }
        try (WeightSource source = TorchFile.open(write(dictionary(tensor("K\4", "K\2", "K\1"))))) {
            assertThat(ModelBytes.read(source, "w")).containsExactly(4, 5);
        }
        try (WeightSource source = TorchFile.open(write(dictionary(tensor("K\5", "", ""))))) {
            assertThat(source.shape("w")).isEmpty();
            assertThat(ModelBytes.read(source, "w")).containsExactly(5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "posix, system, posix.system",
        "os, system, os.system",
        "builtins, eval, builtins.eval",
        "torch, load, torch.load",
        "torch._utils, _rebuild_tensor_v3, torch._utils._rebuild_tensor_v3",
        "torch, ByteStorage, torch.ByteStorage",
        "collections, OrderedDict.__reduce__, collections.OrderedDict.__reduce__"
    })
    void whatIsNotOnTheListIsRefusedByItsName(String module, String name, String asked) {
        String call = "X\2\0\0\0id\u0085R";
        refuses("\u0080\2c" + module + "\n" + name + "\n" + call + ".", "refused: the pickle asks for " + asked);
        String stacked = "\u008c" + (char) module.length() + module + "\u008c" + (char) name.length() + name + "\u0093";
        refuses("\u0080\4" + stacked + call + ".", "refused: the pickle asks for " + asked);
        refuses(dictionary("c" + module + "\n" + name + "\n"), "refused: the pickle asks for " + asked);
    }

    @Test
    void theNameOfWhatIsAskedForIsMadeHarmless() {
        refuses("\u0080\2cos\u001b[2J\nsystem\n.", "asks for os\\u{1B}[2J.system");
        refuses("\u0080\2c" + "a".repeat(70_000) + "\nb\n.", "a name of more than 65536 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"i", "o", "\u0081", "\u0092", "\u0082", "P", "0", "1", "2", "I", "S", "B", "\u00ff", "\0"})
    void otherInstructionsAreRefused(String opcode) {
        refuses(
                "\u0080\2}" + opcode + ".",
                "its pickle has the instruction 0x" + Integer.toHexString(opcode.charAt(0)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "}            | ends in the middle of an instruction",
                "}}.          | ends with more or less than one value",
                ".            | ends with more or less than one value",
                "}.}          | ends with more or less than one value",
                "(}.          | ends with more or less than one value",
                "].           | holds no dictionary of tensors",
                "K.           | ends in the middle of an instruction",
                "Xabcde.      | its pickle has a text of",
                "hA.          | refers to a value that it did not remember",
                "qA.          | remembers a value that is not there",
                "t.           | refers to a mark that is not there",
                "a.           | takes a value that is not there",
                "}(NNu.       | a text as the key",
                "}(Nu.        | sets entries of something that is no dictionary",
                "](NNu.       | sets entries of something that is no dictionary",
                "}Na.         | appends to something that is no list",
                "NNb.         | sets the state of something that is no dictionary",
                "}NR.         | something else where arguments belongs",
                "N)R.         | something else where a function belongs",
                "NQ.          | something else where a storage belongs",
                ")Q.          | refers to something that is no storage",
            })
    void picklesThatAreNotSoundAreRefused(String pickle, String reason) {
        refuses(pickle, reason);
        refuses("\u0080\2" + pickle, reason);
    }

    @Test
    void picklesAreBounded() {
        refuses("\u0080\2" + "N".repeat(200_000) + ".", "keeps more than 100000 values at once");
        refuses("\u0080\2" + "(".repeat(200_000) + ".", "keeps more than 100000 values at once");
        StringBuilder memo = new StringBuilder("\u0080\2}");
        memo.append("\u0094".repeat(200_000));
        refuses(memo + ".", "keeps more than 100000 values at once");
        refuses("\u0080\2" + "N" + "\u0085".repeat(1_100_000) + ".", "more than 1000000 instructions");
        refuses("\u0080\2\u008a\u00ff" + "\u0001".repeat(255) + ".", "a whole number of 255 bytes");
        refuses("\u0080\7}.", "its pickle has version 7");
    }

    @Test
    void dictionariesThatHoldThemselvesEnd() {
        try (WeightSource source = TorchFile.open(write("\u0080\2}q\0X\1\0\0\0ah\0s."))) {
            assertThat(source.names()).isEmpty();
        }
    }

    @Test
    void tensorsBeyondTheirNumbersAreRefused() {
        refuses(
                dictionary(tensor("K\0", "K\2K\4", "K\4K\1")),
                "tensor \"w\": its shape [2, 4] from number 0 on ends behind");
        refuses(
                dictionary(tensor("K\1", "K\2K\3", "K\3K\1")),
                "tensor \"w\": its shape [2, 3] from number 1 on ends behind");
        refuses(dictionary(tensor("K\7", "K\0", "K\1")), "from number 7 on ends behind the 6 numbers");
        refuses(dictionary(tensor("K\0", "K\2K\2", "K\3K\1")), "its numbers lie apart (shape [2, 2], strides [3, 1])");
        refuses(dictionary(tensor("K\0", "K\2K\3", "K\0K\0")), "its numbers lie apart");
        refuses(dictionary(tensor("K\0", "K\2K\3", "K\1")), "2 axes with 1 strides");
        refuses(dictionary(tensor("J\u00ff\u00ff\u00ff\u00ff", "K\2K\3", "K\3K\1")), "from number -1 on");
        refuses(dictionary(tensor("K\0", "J\u00fe\u00ff\u00ff\u00ffK\3", "K\3K\1")), "a size or stride of -2");
        String most = "\u008a\10" + "\u00ff".repeat(7) + "\u007f";
        refuses(dictionary(tensor("K\0", most + most, most + "K\1")), "ends behind");
        refuses(dictionary(tensor("K\0", "K\1".repeat(17), "K\1".repeat(17))), "more than 16 axes");
        refuses(
                dictionary(tensor("K\0", "K\6", "K\1").replace("K\6t", "K\7t")),
                "is said to hold 7 numbers, but has 24 bytes");
        refuses(
                dictionary(tensor("K\0", "K\6", "K\1").replace("X\1\0\0\0" + "0", "X\1\0\0\0" + "9")),
                "has no member \"a/data/9\"");
        refuses(dictionary(tensor("K\0", "K\6", "K\1")).replace("}", "}X\1\0\0\0wNs"), "has the key \"w\" twice");
    }

    @Test
    void whatIsNoArchiveOfTensorsSaysSo() {
        refusesBytes(
                "\u0080\2}.".getBytes(StandardCharsets.ISO_8859_1), "is a bare pickle as torch wrote it before 1.6");
        refusesBytes(new byte[2], "is too short for a torch file");
        refusesBytes(new byte[100], "does not start as a zip archive");
        refusesBytes(new ZipBytes().stored("a/b", new byte[9]).done(), "has 0 members */data.pkl");
        byte[] pickle = bytes("\u0080\2}.");
        refusesBytes(
                new ZipBytes()
                        .stored("a/data.pkl", pickle)
                        .stored("b/data.pkl", pickle)
                        .done(),
                "has 2 members */data.pkl");
        refusesBytes(
                new ZipBytes()
                        .stored("a/data.pkl", pickle)
                        .stored("a/constants.pkl", pickle)
                        .done(),
                "is a TorchScript program");
        refusesBytes(
                new ZipBytes()
                        .stored("a/data.pkl", pickle)
                        .stored("a/byteorder", bytes("big"))
                        .done(),
                "another byte order");
        refusesBytes(new ZipBytes().deflated("a/data.pkl", pickle).done(), "is packed, which torch.save never does");
    }

    /** Some numbers of the storage "0", which has six. */
    private static String tensor(String offset, String shape, String strides) {
        return REBUILD + "((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" + "0X\3\0\0\0cpuK\6tQ" + offset + "("
                + shape + "t(" + strides + "t" + NO_HOOKS + "tR";
    }

    private static String dictionary(String value) {
        return "\u0080\2}X\1\0\0\0w" + value + "s.";
    }

    private static byte[] bytes(String pickle) {
        return pickle.getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path write(String pickle) {
        ByteBuffer numbers = ByteBuffer.allocate(NUMBERS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < NUMBERS; i++) {
            numbers.putFloat(i);
        }
        return ModelBytes.write(
                directory,
                "ae.pt",
                new ZipBytes()
                        .stored("a/data.pkl", bytes(pickle))
                        .stored("a/data/0", numbers.array())
                        .large()
                        .done());
    }

    private void refuses(String pickle, String reason) {
        Path file = write(pickle);
        assertThatThrownBy(() -> TorchFile.open(file).close())
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("ae.pt")
                .hasMessageContaining(reason);
    }

    private void refusesBytes(byte[] archive, String reason) {
        Path file = ModelBytes.write(directory, "ae.pt", archive);
        assertThatThrownBy(() -> TorchFile.open(file).close())
                .isInstanceOf(AuditException.class)
                .hasMessageContaining("ae.pt")
                .hasMessageContaining(reason);
    }
}
