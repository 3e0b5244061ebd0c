package ai.auditor.model;

/** Facts of a model with one thing another. */
final class FactsWith {
    private FactsWith() {}

    static ModelFacts rope(ModelFacts facts, Rope rope) {
        ModelFacts.Attention attention = facts.attention();
        return attention(
                facts,
                new ModelFacts.Attention(
                        attention.scale(), attention.scoreCap(), rope, rope, attention.window(), attention.sliding()));
    }

    static ModelFacts attention(ModelFacts facts, ModelFacts.Attention attention) {
        return new ModelFacts(
                facts.family(),
                facts.hiddenSize(),
                facts.intermediateSize(),
                facts.layers(),
                facts.heads(),
                facts.keyValueHeads(),
                facts.headDimension(),
                facts.vocabularySize(),
                facts.maxPositions(),
                facts.normEpsilon(),
                attention,
                facts.activation(),
                facts.logitCap(),
                facts.parallelResidual(),
                facts.biases(),
                facts.tiedEmbeddings(),
                facts.beginToken(),
                facts.endTokens(),
                facts.padToken());
    }
}
