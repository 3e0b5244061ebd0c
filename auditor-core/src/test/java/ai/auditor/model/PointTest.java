package ai.auditor.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointTest {
    @ParameterizedTest
    @EnumSource(Point.Kind.class)
    void whatIsWrittenIsRead(Point.Kind kind) {
        Point point = new Point(kind, kind.inBlock() ? 12 : 0);
        assertThat(Point.parse(point.toString())).isEqualTo(point);
        if (!kind.lensName().isEmpty()) {
            assertThat(Point.parse((kind.inBlock() ? "blocks.12." : "") + kind.lensName()))
                    .isEqualTo(point);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "blocks.3.hook_resid_pre,resid_pre.3",
        "blocks.0.hook_attn_out,attn_out.0",
        "hook_embed,embeddings",
        "blocks.11.hook_mlp_out,mlp_out.11"
    })
    void theNamesOfTransformerLensAreRead(String lens, String own) {
        assertThat(Point.parse(lens)).hasToString(own);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resid_post",
                "resid_post.-1",
                "resid_post.1.2",
                "embeddings.0",
                "blocks.hook_resid_post",
                "hook_resid_post",
                "blocks.1.attn.hook_z",
                "ln_final.hook_normalized",
                ""
            })
    void otherSpellingsAreRefusedNamingTheKnown(String spelling) {
        assertThatThrownBy(() -> Point.parse(spelling))
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                .hasMessageContaining("known: embeddings, resid_pre.K, attn_out.K, resid_mid.K, mlp_out.K,"
                        + " resid_post.K, final_norm");
    }

    @Test
    void pointsAreOrderedAsAPassComesByThem() {
        List<Point> points = List.of(
                Point.parse("final_norm"),
                Point.parse("resid_pre.1"),
                Point.parse("resid_post.0"),
                Point.parse("attn_out.0"),
                Point.parse("embeddings"),
                Point.parse("resid_pre.0"));
        assertThat(points.stream().sorted().map(Point::toString))
                .containsExactly(
                        "embeddings", "resid_pre.0", "attn_out.0", "resid_post.0", "resid_pre.1", "final_norm");
    }

    @Test
    void aPointBetweenTwoPartsThatReadTheSameIsRefused() {
        ModelFacts parallel = ModelFacts.read(Golden.ofFamily("gpt_neox").home());
        ModelFacts sequential =
                ModelFacts.read(Golden.ofFamily("gpt_neox_sequential").home());
        assertThat(Point.Kind.RESID_MID.missing(parallel)).isPresent();
        assertThat(Point.Kind.RESID_MID.missing(sequential)).isEmpty();
        try (ReferenceModel model =
                ReferenceModel.open(Golden.ofFamily("gpt_neox").home(), new ReferenceModel.Options(1, true))) {
            assertThatThrownBy(() -> model.decoder().require(Point.parse("resid_mid.1")))
                    .isInstanceOfSatisfying(
                            AuditException.class, e -> assertThat(e.code()).isEqualTo(AuditException.Code.USAGE))
                    .hasMessageContaining("no point resid_mid.1: attention and MLP of this model read the same stream");
        }
    }

    /** The table of the docs is the registry. */
    @Test
    void theDocumentedPointsAreThese() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("../docs/points.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        List<String> known = Arrays.stream(Point.Kind.values())
                .map(kind -> "| `" + kind.spelling() + (kind.inBlock() ? ".K" : "") + "` | "
                        + (kind.lensName().isEmpty()
                                ? "-"
                                : "`" + (kind.inBlock() ? "blocks.K." : "") + kind.lensName() + "`")
                        + " | " + kind.meaning() + " |")
                .toList();
        assertThat(documented).isEqualTo(known);
    }
}
