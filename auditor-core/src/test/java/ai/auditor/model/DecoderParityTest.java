package ai.auditor.model;

import static ai.auditor.model.Closeness.assertClose;

import ai.auditor.tensor.Tensor;
import ai.auditor.text.TokenizedRow;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecoderParityTest {
    @ParameterizedTest
    @CsvSource({
        "plain,true",
        "plain,false",
        "biased,true",
        "biased,false",
        "sharded,true",
        "sharded,false",
        "organism,true",
        "organism,false"
    })
    void everyResidualAndLogitIsThatOfTransformers(String model, boolean fused) {
        Golden golden = Golden.of(model);
        try (ReferenceModel reference =
                ReferenceModel.open(Golden.directory(model), new ReferenceModel.Options(1, fused))) {
            for (int index = 0; index < golden.rows().size(); index++) {
                TokenizedRow row = golden.rows().get(index);
                long[] ids = new long[row.tokens()];
                java.util.Arrays.setAll(ids, i -> row.ids()[i]);
                TokenBatch batch = TokenBatch.causal(1, ids.length, ids);
                try (ForwardPass pass = reference.decoder().open(batch)) {
                    Tensor hidden = pass.embeddings();
                    for (int block = 0; block < reference.facts().layers(); block++) {
                        hidden = pass.run(hidden, block, block, List.of());
                        assertClose("resid_post." + block, hidden.toFloats(), golden.residual(index, block));
                    }
                    long[] all = LongStream.range(0, ids.length).toArray();
                    Tensor logits = pass.logits(pass.normed(hidden, all, false));
                    assertClose("logits", logits.toFloats(), golden.logits(index));
                }
            }
        }
    }
}
