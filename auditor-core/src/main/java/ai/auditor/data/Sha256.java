package ai.auditor.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 in the making; texts are framed by their length, so that no two sequences of texts collide by concatenation. */
public final class Sha256 {
    private final MessageDigest digest;

    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }

    /** The seed of one use of a seed: those of other uses have nothing to do with it. */
    public static long seed(long seed, String purpose) {
        return new Sha256().text(Long.toString(seed)).text(purpose).seed();
    }

    /** Adds a text with its length. */
    public Sha256 text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
        return this;
    }

    /** Adds raw bytes, unframed: for a whole file's digest. */
    public Sha256 bytes(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
        return this;
    }

    /** The digest in hex; the object starts anew afterwards. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The first eight bytes of the digest as a seed; the object starts anew afterwards. */
    public long seed() {
        return ByteBuffer.wrap(digest.digest()).getLong();
    }
}
