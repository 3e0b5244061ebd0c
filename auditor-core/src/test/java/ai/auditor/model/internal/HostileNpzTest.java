package ai.auditor.model.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.NpzFile;
import ai.auditor.model.WeightSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Archives of numpy that nobody should open, and those that only look strange. */
class HostileNpzTest {
    private static final String TWO = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    private static final float[] VALUES = {1.5f, -2};

    @TempDir
    Path directory;

    @Test
    void storedAndDeflatedMembersOfEveryVersionAreRead() {
        for (int version = 1; version <= 3; version++) {
            byte[] npy = npy(version, TWO, VALUES);
            try (WeightSource source = open(
                    new ZipBytes().stored("a.npy", npy).deflated("b.npy", npy).large())) {
                assertThat(source.names()).containsExactly("a", "b");
                assertThat(ModelBytes.read(source, "a")).containsExactly(VALUES);
                assertThat(ModelBytes.read(source, "b")).containsExactly(VALUES);
            }
        }
    }

    @Test
    void matricesAreTurnedWhicheverWayTheyLie() {
        float[] byRows = {1, 2, 3, 4, 5, 6};
        float[] byColumns = {1, 4, 2, 5, 3, 6};
        byte[] straight = npy(1, "{'descr':'<f4','fortran_order':False,'shape':(2,3)}", byRows);
        byte[] turned = npy(1, "{'descr':'<f4','fortran_order':True,'shape':(2,3)}", byColumns);
        try (WeightSource source = open(new ZipBytes()
                .stored("a.npy", straight)
                .deflated("b.npy", straight)
                .stored("c.npy", turned)
                .deflated("d.npy", turned))) {
            for (String name : source.names()) {
                assertThat(ModelBytes.read(source, name)).as(name).containsExactly(byRows);
                float[] other = new float[6];
                source.readTransposed(name, FloatBuffer.wrap(other));
                assertThat(other).as(name).containsExactly(byColumns);
            }
        }
    }

    @Test
    void aMemberBeyondFourGigabytesIsReadInPlace() throws IOException {
        // The large member is a hole of the file system's: it takes no room.
        long floats = (1L << 30) + 5;
        byte[] start = npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (" + floats + ",), }");
        long size = start.length + floats * Float.BYTES;
        byte[] small = npy(1, TWO, VALUES);
        Path file = directory.resolve("large.npz");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(local("a.npy", size, 0).raw(start).done());
            long second = 30 + 5 + 20 + size;
            out.seek(second);
            out.write(local("b.npy", small.length, crc(small)).raw(small).done());
            long begin = out.getFilePointer();
            ModelBytes end = new ModelBytes();
            central(end, "a.npy", size, 0, 0);
            central(end, "b.npy", small.length, crc(small), second);
            int length = end.done().length;
            end.i32(0x06064b50).i64(44).i16(45).i16(45).i32(0).i32(0);
            end.i64(2).i64(2).i64(length).i64(begin);
            end.i32(0x07064b50).i32(0).i64(begin + length).i32(1);
            end.i32(0x06054b50).i16(0).i16(0).i16(2).i16(2).i32(length).i32(-1).i16(0);
            out.write(end.done());
        }
        try (WeightSource source = NpzFile.open(file)) {
            assertThat(source.shape("a")).containsExactly(floats);
            assertThat(ModelBytes.read(source, "b")).containsExactly(VALUES);
        }
    }

    private static ModelBytes local(String name, long size, int crc) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        ModelBytes header =
                new ModelBytes().i32(0x04034b50).i16(45).i16(0).i16(0).i32(0).i32(crc);
        return header.i32(-1)
                .i32(-1)
                .i16(text.length)
                .i16(20)
                .raw(text)
                .i16(1)
                .i16(16)
                .i64(size)
                .i64(size);
    }

    private static void central(ModelBytes end, String name, long size, int crc, long header) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        end.i32(0x02014b50)
                .i16(45)
                .i16(45)
                .i16(0)
                .i16(0)
                .i32(0)
                .i32(crc)
                .i32(-1)
                .i32(-1);
        end.i16(text.length).i16(28).i16(0).i16(0).i16(0).i32(0).i32(-1).raw(text);
        end.i16(1).i16(24).i64(size).i64(size).i64(header);
    }

    private static int crc(byte[] content) {
        CRC32 sum = new CRC32();
        sum.update(content);
        return (int) sum.getValue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'descr': '>f4', 'fortran_order': False, 'shape': (2,)} | its type \">f4\" is not read",
                "{'descr': '<U3', 'fortran_order': False, 'shape': (2,)} | its type \"<U3\" is not read",
                "{'descr': '<i8', 'fortran_order': False, 'shape': (1,)} | its type \"<i8\" is not read",
                "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)} | its elements are records",
                "{'descr': '<f4', 'fortran_order': 1, 'shape': (2,)} | breaks at character",
                "{'descr': '<f4', 'fortran_order': False, 'shape': 2} | breaks at character",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)} | breaks at character",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,) | breaks at character",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x | not a dictionary of descr",
                "{'descr': '<f4', 'fortran_order': False} | not a dictionary of descr",
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)} | once too often",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1} | once too often",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} | does not fill its 8 bytes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)} | which is no size",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,4)} | does not fill its 8 bytes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2)} | more than 16 axes",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (1,2,1)} | lie in Fortran's order",
                "__import__('os').system('id') | breaks at character",
            })
    void headersThatNumpyDoesNotWriteAreRefused(String literal, String reason) {
        refuses(new ZipBytes().stored("a.npy", npy(1, literal, VALUES)), reason);
        refuses(new ZipBytes().deflated("a.npy", npy(2, literal, VALUES)), reason);
    }

    @Test
    void membersThatAreNoArraysAreRefused() {
        refuses(new ZipBytes().stored("a.txt", new byte[20]), "member \"a.txt\": is no .npy");
        refuses(new ZipBytes().stored("a.npy", new byte[20]), "does not start as numpy's files do");
        refuses(new ZipBytes().stored("a.npy", new byte[3]), "is too short: 3 bytes");
        refuses(new ZipBytes().deflated("a.npy", new byte[3]), "is too short: 3 bytes");
        byte[] long1 = npy(2, TWO, VALUES);
        ByteBuffer.wrap(long1).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);
        refuses(new ZipBytes().stored("a.npy", long1), "its header is said to be 4294967295 bytes long");
        refuses(
                new ZipBytes().stored("a\u001bb.npy", npy(4, TWO, VALUES)),
                "member \"a\\u{1B}b.npy\": does not start as numpy's");
    }

    @Test
    void directoriesThatLieAreRefused() {
        lies(entry -> entry.name = "c.npy", "has another name before its bytes");
        lies(entry -> entry.name = "a.npy", "stands twice in the directory", "has another name before its bytes");
        lies(entry -> entry.size++, "with two sizes", "has another size or checksum");
        lies(entry -> entry.packedSize--, "with two sizes", "has another size or checksum");
        lies(entry -> entry.crc++, "has another size or checksum");
        lies(entry -> entry.flags = 1, "is encrypted");
        lies(entry -> entry.header = 0, "has another name before its bytes");
        lies(entry -> entry.header = 5, "has no header at byte 5");
        lies(entry -> entry.header = Integer.MAX_VALUE, "behind the last member");
        lies(entry -> entry.size = 1L << 40, "with two sizes", "has another size or checksum");
        byte[] npy = npy(1, TWO, VALUES);
        refuses(new ZipBytes().stored("a.npy", npy).stored("a.npy", npy), "stands twice in the directory");
        refuses(new ZipBytes().stored("a.npy", npy).count(2), "fewer members than it says");
        refuses(new ZipBytes().stored("a.npy", npy).stored("b.npy", npy).count(1), "more than its members");
        refuses(new ZipBytes().stored("a.npy", npy).count(0xffff), "fewer members", "the limit is");
    }

    /** A second member whose entry in the directory was changed after it was written. */
    private void lies(Consumer<ZipBytes.Entry> lie, String... reasons) {
        byte[] npy = npy(1, TWO, VALUES);
        ZipBytes stored = new ZipBytes().stored("a.npy", npy).stored("b.npy", npy);
        lie.accept(stored.last());
        refuses(stored, reasons);
        ZipBytes deflated = new ZipBytes().stored("a.npy", npy).deflated("b.npy", npy);
        lie.accept(deflated.last());
        refuses(deflated, reasons);
    }

    @Test
    void overlappingMembersAreRefused() {
        // The bytes of one member are an archive's member themselves: both are whole, and one lies in the other.
        byte[] npy = npy(1, TWO, VALUES);
        byte[] inner = new ZipBytes().stored("b.npy", npy).done();
        ZipBytes outer = new ZipBytes().stored("a.npy", inner).stored("b.npy", npy);
        outer.last().header = 30 + 5;
        refuses(outer, "member \"b.npy\": its bytes overlap those of member \"a.npy\"");
    }

    @Test
    void bombsAreRefusedBeforeTheyAreUnpacked() {
        ZipBytes said = new ZipBytes().deflated("a.npy", npy(1, TWO, VALUES));
        said.last().size = 1L << 40;
        refuses(said, "another size or checksum", "which no deflated bytes can");
        // A bomb that does not lie is as large as its shape says, and only what reads it takes the room.
        String shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (5000000,), }";
        byte[] bomb = npy(1, shape, new float[5_000_000]);
        try (WeightSource source = open(new ZipBytes().deflated("a.npy", bomb))) {
            assertThat(source.shape("a")).containsExactly(5_000_000);
        }
        refuses(
                new ZipBytes().deflated("a.npy", npy(1, TWO, new float[5_000_000])),
                "does not fill its 20000000 bytes");
    }

    @Test
    void deflatedBytesThatAreNotWhatTheyShouldAreRefusedWhenRead() {
        byte[] npy = npy(1, TWO, VALUES);
        byte[] archive = new ZipBytes().deflated("a.npy", npy).done();
        int size = 22;
        for (int change : new int[] {1, -1}) {
            byte[] lying = archive.clone();
            // Both places at which the unpacked size stands.
            ByteBuffer bytes = ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putInt(size, npy.length + change);
            int directory = bytes.getInt(lying.length - 6);
            bytes.putInt(directory + 24, npy.length + change);
            refusesBytes(lying, "does not fill its");
        }
        byte[] checksum = archive.clone();
        ByteBuffer bytes = ByteBuffer.wrap(checksum).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(14, 7);
        bytes.putInt(bytes.getInt(checksum.length - 6) + 16, 7);
        Path file = ModelBytes.write(directory, "a.npz", checksum);
        try (WeightSource source = NpzFile.open(file)) {
            assertThatThrownBy(() -> ModelBytes.read(source, "a"))
                    .hasMessageContaining("not those that its checksum was made of");
        }
    }

    @Test
    void whatIsNoZipSaysSo() {
        refusesBytes(new byte[0], "is too short for a zip archive: 0 bytes");
        refusesBytes(new byte[40], "does not end as a zip archive");
        byte[] archive = new ZipBytes().stored("a.npy", npy(1, TWO, VALUES)).done();
        refusesBytes(Arrays.copyOf(archive, archive.length + 1), "does not end as a zip archive");
        byte[] several = archive.clone();
        several[several.length - 18] = 1;
        refusesBytes(several, "several disks");
    }

    private WeightSource open(ZipBytes zip) {
        return NpzFile.open(ModelBytes.write(directory, "a.npz", zip.done()));
    }

    private void refuses(ZipBytes zip, String... reasons) {
        refusesBytes(zip.done(), reasons);
    }

    private void refusesBytes(byte[] archive, String... reasons) {
        Path file = ModelBytes.write(directory, "a.npz", archive);
        assertThatThrownBy(() -> NpzFile.open(file).close())
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.MODEL))
                .hasMessageContaining("a.npz")
                .satisfies(e -> {
                    String message = String.valueOf(e.getMessage());
                    assertThat(Arrays.stream(reasons).anyMatch(message::contains))
                            .as(message)
                            .isTrue();
                });
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An array with a header of some version. */
    private static byte[] npy(int version, String literal, float... values) {
        byte[] text = (literal + "\n").getBytes(StandardCharsets.UTF_8);
        ModelBytes npy = new ModelBytes().raw((byte) 0x93, (byte) 'N', (byte) 'U', (byte) 'M', (byte) 'P', (byte) 'Y');
        npy.raw((byte) version, (byte) 0);
        if (version == 1) {
            npy.i16(text.length);
        } else {
            npy.i32(text.length);
        }
        ByteBuffer numbers = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        numbers.asFloatBuffer().put(values);
        return npy.raw(text).raw(numbers.array()).done();
    }
}
