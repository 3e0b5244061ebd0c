package ai.auditor.capture;

import ai.auditor.AuditException;
import ai.auditor.model.Decoder;
import ai.auditor.model.Intervention;
import ai.auditor.model.ModelFacts;
import ai.auditor.text.TokenizedRow;
import java.util.List;

/** Whether a decoder can do what a plan asks for, and read rows so. */
record PlanCheck(Decoder decoder) {
    /** Refuses what the model has not got. */
    void require(CapturePlan plan) {
        plan.points().forEach(decoder::require);
        decoder.require(plan.interventions());
        if (plan.nll()) {
            decoder.requireWhole();
        }
        boolean parts = plan.points().stream().anyMatch(point -> switch (point.kind()) {
            case EMBEDDINGS, ATTN_OUT, MLP_OUT -> true;
            case RESID_PRE, RESID_MID, RESID_POST, FINAL_NORM -> false;
        });
        if (plan.gradient()
                && parts
                && plan.interventions().stream().anyMatch(one -> !(one instanceof Intervention.Add))) {
            throw new AuditException(
                    AuditException.Code.USAGE,
                    "the gradient of a part that is added to the residual stream is told as that of the sum, which it is not where "
                            + "interventions project out or cap: ask for it at resid_mid or resid_post");
        }
    }

    /** Refuses rows that cannot be read so. */
    void require(CapturePlan plan, List<TokenizedRow> rows) {
        rows.forEach(row -> require(plan, row));
    }

    private void require(CapturePlan plan, TokenizedRow row) {
        ModelFacts facts = decoder.facts();
        if (row.completionEnd() > facts.maxPositions()) {
            throw bad(row, "has " + row.completionEnd() + " tokens, the model reads " + facts.maxPositions());
        }
        if (plan.poolings().contains(Pooling.PROMPT_LAST) && row.promptLast() < 0) {
            throw bad(row, "has no prompt, so it has no " + Pooling.PROMPT_LAST);
        }
        if (plan.nll() && row.firstPredicted() >= row.completionEnd()) {
            throw bad(row, "has no completion token with a token before it, so it has no likelihood");
        }
        requireKnown(facts, row);
    }

    /** Ids that the model has no row for would end in native memory. */
    static void requireKnown(ModelFacts facts, TokenizedRow row) {
        for (int id : row.ids()) {
            if (id < 0 || id >= facts.vocabularySize()) {
                throw new AuditException(
                        AuditException.Code.MODEL,
                        "the tokenizer gives token " + id + " (record " + row.record()
                                + " of a dataset), but the model knows 0 to " + (facts.vocabularySize() - 1)
                                + ": tokenizer.json does not belong to these weights; take both from the same model");
            }
        }
    }

    private static AuditException bad(TokenizedRow row, String reason) {
        return new AuditException(AuditException.Code.DATA, "record " + row.record() + " " + reason);
    }
}
