package ai.auditor.model;

import ai.auditor.AuditException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A named place in the model, such as {@code resid_post.7}.
 *
 * @param kind what is read there
 * @param block 0-based; 0 for a kind that is not one of a block
 */
public record Point(Kind kind, int block) implements Comparable<Point> {
    /** The registry of points, in the order in which a pass comes by them; {@code docs/points.md} is held against it. */
    public enum Kind {
        EMBEDDINGS(
                "embeddings",
                false,
                "hook_embed",
                "token embeddings, scaled where the family scales them, before learned positions"),
        RESID_PRE("resid_pre", true, "hook_resid_pre", "residual stream that enters the block"),
        ATTN_OUT(
                "attn_out",
                true,
                "hook_attn_out",
                "what attention adds to the residual stream: after the norm behind it, where there is one"),
        RESID_MID("resid_mid", true, "hook_resid_mid", "residual stream between attention and MLP"),
        MLP_OUT(
                "mlp_out",
                true,
                "hook_mlp_out",
                "what the MLP adds to the residual stream: after the norm behind it, where there is one"),
        RESID_POST("resid_post", true, "hook_resid_post", "residual stream that leaves the block"),
        // TransformerLens has a point there before the norm's weight, which is another one.
        FINAL_NORM("final_norm", false, "", "residual stream behind the final norm, which the output head reads");

        private final String spelling;
        private final boolean inBlock;
        private final String lensName;
        private final String meaning;

        Kind(String spelling, boolean inBlock, String lensName, String meaning) {
            this.spelling = spelling;
            this.inBlock = inBlock;
            this.lensName = lensName;
            this.meaning = meaning;
        }

        /** As points are written, without the block. */
        public String spelling() {
            return spelling;
        }

        /** Whether every block has its own. */
        public boolean inBlock() {
            return inBlock;
        }

        /** The name in TransformerLens, without the block; empty where it has none that is the same. */
        public String lensName() {
            return lensName;
        }

        /** What is read there, in words. */
        public String meaning() {
            return meaning;
        }

        /** Why models of a kind do not have the point; empty where they have it. */
        public Optional<String> missing(ModelFacts facts) {
            return this == RESID_MID && facts.parallelResidual()
                    ? Optional.of("attention and MLP of this model read the same stream, so none lies between them")
                    : Optional.empty();
        }

        /** Whether it is a part that is added to the residual stream, and not the stream itself. */
        boolean added() {
            return this == ATTN_OUT || this == MLP_OUT;
        }
    }

    private static final Pattern SPELLING = Pattern.compile("([a-z_]+)(?:\\.(\\d{1,4}))?");
    private static final Pattern LENS = Pattern.compile("(?:blocks\\.(\\d{1,4})\\.)?(hook_[a-z_]+)");
    private static final Comparator<Point> ORDER =
            Comparator.comparing(Point::place).thenComparing(Point::block).thenComparing(Point::kind);

    public Point {
        if (block < 0 || (block > 0 && !kind.inBlock)) {
            throw new IllegalArgumentException("there is no block " + block + " of " + kind);
        }
    }

    /** The residual stream that leaves a block. */
    public static Point residPost(int block) {
        return new Point(Kind.RESID_POST, block);
    }

    /**
     * Reads {@code resid_post.7}, or {@code blocks.7.hook_resid_post} as TransformerLens spells it.
     *
     * @throws AuditException {@code USAGE} for any other spelling
     */
    public static Point parse(String spelling) {
        Matcher own = SPELLING.matcher(spelling);
        Matcher lens = LENS.matcher(spelling);
        if (own.matches()) {
            for (Kind kind : Kind.values()) {
                if (kind.spelling.equals(own.group(1)) && kind.inBlock == (own.group(2) != null)) {
                    return new Point(kind, kind.inBlock ? Integer.parseInt(own.group(2)) : 0);
                }
            }
        }
        if (lens.matches()) {
            for (Kind kind : Kind.values()) {
                if (kind.lensName.equals(lens.group(2)) && kind.inBlock == (lens.group(1) != null)) {
                    return new Point(kind, kind.inBlock ? Integer.parseInt(lens.group(1)) : 0);
                }
            }
        }
        throw new AuditException(
                AuditException.Code.USAGE,
                "unknown point \"" + spelling + "\"; known: "
                        + Arrays.stream(Kind.values())
                                .map(kind -> kind.spelling + (kind.inBlock ? ".K" : ""))
                                .collect(Collectors.joining(", "))
                        + " with K a 0-based block");
    }

    /** How many blocks of a model have to be loaded for a pass that stops here, one or more; all of them for the final norm. */
    public int blocksNeeded(ModelFacts facts) {
        return switch (kind) {
            case EMBEDDINGS -> 1;
            case RESID_PRE -> Math.max(1, block);
            case ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST -> block + 1;
            case FINAL_NORM -> facts.layers();
        };
    }

    private int place() {
        return kind.inBlock ? 1 : kind == Kind.EMBEDDINGS ? 0 : 2;
    }

    @Override
    public int compareTo(Point other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return kind.inBlock ? kind.spelling + "." + block : kind.spelling;
    }
}
