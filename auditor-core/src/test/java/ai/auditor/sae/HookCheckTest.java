package ai.auditor.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.auditor.AuditException;
import ai.auditor.model.Golden;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class HookCheckTest {
    private static final Point POINT = Point.residPost(1);

    private static SaeFacts facts(int width, Hook hook, Declared declared) {
        return new SaeFacts("some/sae", "SAELens", "topk", width, 64, hook, declared, "digest");
    }

    private static void refused(AuditException.Code code, ThrowingCallable what, String... parts) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        AuditException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(code))
                .hasMessageContainingAll(parts);
    }

    @Test
    void thePointIsTheOneThatTheFilesName() {
        HookCheck named = new HookCheck(
                facts(32, new Hook(Optional.empty(), Optional.empty(), Optional.of(POINT)), Declared.nothing()));
        HookCheck silent = new HookCheck(facts(32, Hook.unknown(), Declared.nothing()));
        assertThat(named.point(Optional.empty())).isEqualTo(POINT);
        assertThat(named.point(Optional.of(POINT))).isEqualTo(POINT);
        assertThat(silent.point(Optional.of(POINT))).isEqualTo(POINT);
        refused(
                AuditException.Code.MODEL,
                () -> named.point(Optional.of(Point.residPost(2))),
                "some/sae",
                "resid_post.1",
                "resid_post.2");
        refused(AuditException.Code.USAGE, () -> silent.point(Optional.empty()), "--sae-point");
    }

    @Test
    void anotherWidthLayerOrModelIsRefusedNamingBoth() {
        try (ReferenceModel model =
                ReferenceModel.open(Golden.directory("plain"), new ReferenceModel.Options(1, true))) {
            new HookCheck(facts(32, Hook.unknown(), Declared.nothing())).requireFits(model, POINT);
            refused(
                    AuditException.Code.MODEL,
                    () -> new HookCheck(facts(33, hook("gemma-2-2b"), Declared.nothing())).requireFits(model, POINT),
                    "width 33",
                    "width 32",
                    "gemma-2-2b",
                    "plain");
            refused(
                    AuditException.Code.MODEL,
                    () -> new HookCheck(facts(32, Hook.unknown(), Declared.nothing()))
                            .requireFits(model, Point.residPost(3)),
                    "resid_post.3",
                    "is 2");
            refused(
                    AuditException.Code.MODEL,
                    () -> new HookCheck(facts(32, hook("google/gemma-2-2b"), Declared.nothing()))
                            .requireFits(model, POINT),
                    "gemma2",
                    "llama");
            new HookCheck(facts(32, hook("HuggingFaceTB/SmolLM2-135M"), Declared.nothing())).requireFits(model, POINT);
            Hook trained = new Hook(Optional.of("gemma-2-2b"), Optional.of(model.digest()), Optional.empty());
            new HookCheck(facts(32, trained, Declared.nothing())).requireFits(model, POINT);
            Hook other = new Hook(Optional.empty(), Optional.of("0a0b"), Optional.empty());
            refused(
                    AuditException.Code.MODEL,
                    () -> new HookCheck(facts(32, other, Declared.nothing())).requireFits(model, POINT),
                    "0a0b",
                    model.digest());
        }
    }

    private static Hook hook(String model) {
        return new Hook(Optional.of(model), Optional.empty(), Optional.empty());
    }

    @Test
    void deadOnesAndThoseFarFromTheirFilesAreRefused() {
        HookCheck silent = new HookCheck(facts(2, Hook.unknown(), Declared.nothing()));
        silent.require(measured(2, 0.1f), false);
        refused(AuditException.Code.MODEL, () -> silent.require(measured(0, 0.1f), false), "no feature", "4 tokens");
        refused(AuditException.Code.MODEL, () -> silent.require(measured(2, 3), false), "FVU", "--sae-unchecked");
        silent.require(measured(0, 3), true);
        assertThat(silent.complaint(measured(0, 3))).contains("no feature is active in any of 4 tokens");
        assertThat(silent.complaint(measured(2, 0.1f))).isEmpty();
        HookCheck declared =
                new HookCheck(facts(2, Hook.unknown(), new Declared(OptionalDouble.of(85), OptionalDouble.of(0.26))));
        declared.require(measured(80, 0.5f), false);
        refused(AuditException.Code.MODEL, () -> declared.require(measured(8, 0.5f), false), "L0 of 85", "L0 8");
        refused(AuditException.Code.MODEL, () -> declared.require(measured(85, 0.95f), false), "FVU of 0.26");
    }

    @Test
    void whatIsNoNumberIsRefusedEvenUnchecked() {
        HookCheck check = new HookCheck(facts(2, Hook.unknown(), Declared.nothing()));
        for (float miss : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            for (boolean unchecked : new boolean[] {true, false}) {
                refused(AuditException.Code.NUMERIC, () -> check.require(measured(2, miss), unchecked), "not finite");
            }
        }
    }

    /** Of four tokens of variance one, missed by so much. */
    private static Reconstruction measured(int l0, float miss) {
        Reconstruction measured = new Reconstruction(2);
        measured.add(
                new float[] {1, 0, -1, 0, 0, 1, 0, -1},
                new float[] {1 + miss, 0, -1 + miss, 0, miss, 1, miss, -1},
                4L * l0);
        return measured;
    }
}
