package ai.auditor.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import ai.auditor.Progress;
import ai.auditor.capture.Capture;
import ai.auditor.capture.CapturePlan;
import ai.auditor.data.Dataset;
import ai.auditor.data.DatasetReader;
import ai.auditor.data.ReadOptions;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.Hook;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.tensor.Scope;
import ai.auditor.tensor.Tensor;
import ai.auditor.text.LongRows;
import ai.auditor.text.TokenizedDataset;
import ai.auditor.text.TokenizedRow;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** On the organism and rows of its language. */
class SaeMetricsTest {
    private static final ReferenceModel MODEL =
            ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true));
    private static final List<TokenizedRow> ROWS = rows();
    private static final Capture CAPTURE =
            new Capture(MODEL.decoder(), Capture.Settings.of(MODEL.facts()), Progress.NONE);
    private static final Point POINT = Point.residPost(1);

    @AfterAll
    static void close() {
        MODEL.close();
    }

    private static List<TokenizedRow> rows() {
        Dataset dataset =
                DatasetReader.read(List.of(Path.of("../examples/control.jsonl")), ReadOptions.DEFAULT, Progress.NONE);
        Dataset few = Dataset.of("control", dataset.rows().subList(0, 60));
        return TokenizedDataset.encode(
                        few, MODEL.encoder(), MODEL.facts().maxPositions(), LongRows.LEAVE_OUT, Progress.NONE)
                .tokens();
    }

    @Test
    void statesThatStayGiveTheLikelihoodOfTheModel() {
        double[] nll = CAPTURE.run(CapturePlan.likelihood(List.of()), ROWS).nll();
        double sum = 0;
        double tokens = 0;
        for (int row = 0; row < nll.length; row++) {
            int predicted = ROWS.get(row).completionEnd() - ROWS.get(row).firstPredicted();
            sum += nll[row] * predicted;
            tokens += predicted;
        }
        double[] means = CAPTURE.replacedNll(POINT, ROWS, List.of(Tensor::copied, Tensor::zeroed));
        assertThat(means[0]).isEqualTo(sum / tokens, within(1e-5));
        assertThat(Math.abs(means[1] - means[0])).isGreaterThan(0.01);
        double before = CAPTURE.replacedNll(new Point(Point.Kind.RESID_PRE, 2), ROWS, List.of(Tensor::zeroed))[0];
        assertThat(before).isEqualTo(means[1], within(1e-5));
    }

    @Test
    void theFirstTokenKeepsItsState() {
        List<TokenizedRow> short1 = List.of(new TokenizedRow(0, new int[] {3, 5}, 1, 2, 1, 0));
        double[] means = CAPTURE.replacedNll(POINT, short1, List.of(Tensor::copied, Tensor::zeroed));
        assertThat(means[1]).isEqualTo(means[0], within(1e-6));
    }

    @Test
    void otherPointsAreRefused() {
        assertThatThrownBy(() -> CAPTURE.replacedNll(Point.parse("mlp_out.1"), ROWS, List.of(Tensor::copied)))
                .isInstanceOfSatisfying(
                        AuditException.class,
                        refused -> assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE));
    }

    @Test
    void anAutoencoderTrainedOnTheModelsStatesRecoversItsLoss() {
        HeldOutRows parts = HeldOutRows.of(ROWS, 1);
        assertThat(parts.held()).hasSize(6).doesNotContainAnyElementsOf(parts.training());
        int width = MODEL.facts().hiddenSize();
        States states = States.of(CAPTURE, POINT, parts.training(), width, MODEL.digest());
        SaePlan plan = SaePlan.of(SaeRecipe.batchTopK(12), 2 * width, 400L * 128, 128)
                .learningRate(3e-3)
                .buffer(256);
        try (Scope scope = MODEL.decoder().scope()) {
            TrainedSae trained = SaeTrainer.train(states, plan, scope, Progress.NONE);
            try (SparseAutoencoder sae =
                    SparseAutoencoder.of(scope, trained.facts("it", Hook.unknown()), trained.weights())) {
                SaeMetrics metrics = SaeMetrics.measure(CAPTURE, POINT, parts.training(), sae);
                assertThat(metrics.tokens())
                        .isEqualTo(parts.training().stream()
                                .mapToLong(row -> row.completionEnd() - 1)
                                .sum());
                assertThat(metrics.l0()).isBetween(6.0, 20.0);
                assertThat(metrics.fvu()).isLessThan(0.3);
                assertThat(metrics.alive()).isGreaterThan(0.3);
                assertThat(metrics.recovered().orElseThrow()).isBetween(0.7, 1.02);
            }
        }
    }
}
