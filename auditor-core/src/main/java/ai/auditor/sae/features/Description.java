package ai.auditor.sae.features;

/**
 * What somebody's model said of a feature: a guess from its examples, not a measurement, and a stranger's text.
 *
 * @param text not escaped, at most {@link Descriptions#LONGEST} code points
 * @param type how it was asked for ("np_max-act"); empty where the export does not say
 * @param explainer the model that wrote it; empty where the export does not say
 * @param others how many more descriptions of the feature the export has
 */
public record Description(int feature, String text, String type, String explainer, int others) {}
