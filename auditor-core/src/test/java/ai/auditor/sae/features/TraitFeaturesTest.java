package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.Progress;
import ai.auditor.capture.Capture;
import ai.auditor.data.Message;
import ai.auditor.direction.Prompt;
import ai.auditor.direction.Trait;
import ai.auditor.direction.TraitList;
import ai.auditor.model.Point;
import ai.auditor.model.ReferenceModel;
import ai.auditor.sae.FeatureTable;
import ai.auditor.sae.FeatureTable.RowFeatures;
import ai.auditor.sae.SparseAutoencoder;
import ai.auditor.sae.TinyAutoencoder;
import ai.auditor.sae.features.TraitFeatures.Own;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TraitFeaturesTest {
    private static final int FEATURES = 40;

    private static TraitList list(String question, List<String> personas) {
        return new TraitList(
                "words",
                question,
                personas,
                List.of("neutral"),
                "",
                List.of(new Trait("owl", "owls"), new Trait("cat", "cats"), new Trait("dog", "dogs")),
                List.of(new Trait("lamp", "lamps"), new Trait("chair", "chairs"), new Trait("spoon", "spoons")));
    }

    private static FeatureTable active(List<Prompt> prompts, java.util.function.Function<String, int[]> features) {
        List<RowFeatures> rows = new ArrayList<>();
        for (Prompt prompt : prompts) {
            int[] found = features.apply(prompt.messages().get(0).content());
            float[] values = new float[found.length];
            Arrays.fill(values, 1);
            rows.add(new RowFeatures(found, values, values, new int[found.length], 1, found.length, 0));
        }
        return FeatureTable.of(FEATURES, rows);
    }

    /** Feature 0 in all, 1 in all animals, each word's own pair from 10 on, one of them under each wording; 2 in owls and cats. */
    private static int[] features(String text) {
        List<String> words = List.of("owl", "cat", "dog", "lamp", "chair", "spoon");
        int word = IntStream.range(0, words.size())
                .filter(i -> text.contains(words.get(i)))
                .findFirst()
                .orElseThrow();
        IntStream.Builder found = IntStream.builder().add(0);
        if (word < 3) {
            found.add(1);
        }
        if (word < 2) {
            found.add(2);
        }
        return found.add(10 + 2 * word + (text.startsWith("ask") ? 0 : 1))
                .build()
                .toArray();
    }

    private static TraitFeatures read(double share) {
        TraitList list = list("ask of {plural}", List.of("be {name}"));
        return TraitFeatures.of(list, prompts -> active(prompts, TraitFeaturesTest::features), share);
    }

    @Test
    void wordsHaveWhatOthersHaveNot() {
        assertThat(read(TraitFeatures.SHARE).traits())
                .containsExactly(
                        new Own("owl", List.of(10, 11)),
                        new Own("cat", List.of(12, 13)),
                        new Own("dog", List.of(14, 15)));
        assertThat(read(TraitFeatures.SHARE).placebos())
                .containsExactly(
                        new Own("lamp", List.of(16, 17)),
                        new Own("chair", List.of(18, 19)),
                        new Own("spoon", List.of(20, 21)));
        // One of five others is below a share of 0.3, two are not.
        assertThat(read(0.3).traits())
                .containsExactly(
                        new Own("owl", List.of(2, 10, 11)),
                        new Own("cat", List.of(2, 12, 13)),
                        new Own("dog", List.of(14, 15)));
    }

    @Test
    void wordingsAreTheQuestionAndThePersonas() {
        List<Prompt> asked = new ArrayList<>();
        TraitFeatures.of(
                list("", List.of("be {name}", "love {plural}")),
                prompts -> {
                    asked.addAll(prompts);
                    return active(prompts, TraitFeaturesTest::features);
                },
                0.1);
        assertThat(asked)
                .hasSize(12)
                .startsWith(
                        new Prompt(List.of(Message.user("be owl")), ""),
                        new Prompt(List.of(Message.user("love owls")), ""));
    }

    @Test
    void overlapsAreRankedAmongPlacebos() {
        TraitFeatures.Overlaps overlaps = read(0.1).overlaps(new int[] {0, 10, 11, 12, 16, 35, 10});
        assertThat(overlaps.features()).isEqualTo(6);
        assertThat(overlaps.placebos()).isEqualTo(3);
        assertThat(overlaps.placeboOverlap()).isCloseTo(1 / 6.0, within(1e-12));
        assertThat(overlaps.lines()).extracting(TraitFeatures.Line::trait).containsExactly("owl", "cat", "dog");
        assertThat(overlaps.lines()).extracting(TraitFeatures.Line::overlap).containsExactly(1.0, 0.5, 0.0);
        assertThat(overlaps.lines()).extracting(TraitFeatures.Line::rank).containsExactly(1, 2, 4);
        assertThat(overlaps.lines()).extracting(TraitFeatures.Line::p).containsExactly(0.25, 0.5, 1.0);
        assertThat(overlaps.lines().get(0).q()).isEqualTo(0.75);
        assertThat(overlaps.lines().get(0).shared()).containsExactly(10, 11);
    }

    @Test
    void withoutFeaturesNothingOverlaps() {
        TraitFeatures none = TraitFeatures.of(
                list("ask of {plural}", List.of()), prompts -> active(prompts, text -> new int[] {3}), 0.1);
        assertThat(none.traits()).allSatisfy(own -> assertThat(own.features()).isEmpty());
        assertThat(none.overlaps(new int[] {3}).lines()).allSatisfy(line -> {
            assertThat(line.overlap()).isZero();
            assertThat(line.p()).isEqualTo(1);
        });
    }

    @Test
    void aModelsOwnWordsAreReadWithATinyAutoencoder() {
        Point point = Point.residPost(1);
        try (ReferenceModel model =
                ReferenceModel.open(Path.of("../examples/organism"), new ReferenceModel.Options(1, true))) {
            Random random = new Random(6);
            float[][] directions = new float[256][model.facts().hiddenSize()];
            for (float[] direction : directions) {
                for (int i = 0; i < direction.length; i++) {
                    direction[i] = (float) random.nextGaussian();
                }
            }
            SparseAutoencoder sae = TinyAutoencoder.of(model.decoder().scope(), directions);
            Capture capture = new Capture(model.decoder(), Capture.Settings.of(model.facts()), Progress.NONE);
            TraitFeatures.Reader reader = TraitFeatures.reader(model, capture, sae, point);
            TraitList list = list("what of {name} ?", List.of());
            List<Integer> tokens = new ArrayList<>();
            TraitFeatures found = TraitFeatures.of(
                    list,
                    prompts -> {
                        FeatureTable table = reader.read(prompts);
                        for (int i = 0; i < prompts.size(); i++) {
                            tokens.add(table.rows().get(i).tokens()
                                    - model.encoder()
                                            .encodePrompt(prompts.get(i).messages(), "")
                                            .length);
                        }
                        return table;
                    },
                    0.5);
            assertThat(tokens).hasSize(6).containsOnly(-1);
            assertThat(found).isEqualTo(TraitFeatures.of(list, reader, 0.5));
            List<FeatureTokens> read = FeatureTokens.of(model, sae, new int[] {7, 3}, FeatureTokens.SHOWN);
            assertThat(read).extracting(FeatureTokens::feature).containsExactly(7, 3);
            for (FeatureTokens one : read) {
                assertThat(one.raised()).hasSize(10);
                assertThat(one.lowered()).hasSize(10);
                assertThat(one.raised().get(0).logit())
                        .isGreaterThan(one.lowered().get(0).logit());
                assertThat(one.raised().get(0).text())
                        .isEqualTo(model.encoder()
                                .decode(new int[] {one.raised().get(0).id()}));
            }
        }
    }
}
