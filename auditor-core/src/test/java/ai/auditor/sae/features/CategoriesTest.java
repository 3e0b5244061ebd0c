package ai.auditor.sae.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.auditor.AuditException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CategoriesTest {
    @TempDir
    private Path folder;

    @Test
    void wordsAreMatchedWholeAndInAnyCase() {
        Categories list = new Categories(
                "own",
                List.of(
                        new Categories.Category("animals", List.of("cat", "owls", "caf\u00e9")),
                        new Categories.Category("numbers", List.of("digits", "7"))));
        assertThat(list.of("OWLS, and digits")).containsExactly("animals", "numbers");
        assertThat(list.of("a category of bowls")).isEmpty();
        assertThat(list.of("(cat)'s")).containsExactly("animals");
        assertThat(list.of("CAF\u00c9 17 7")).containsExactly("animals", "numbers");
        assertThat(list.of("")).isEmpty();
        // Turkish rules would make another letter of it.
        assertThat(list.of("D\u0130GITS DIGITS")).containsExactly("numbers");
    }

    @Test
    void theListInTheBoxKnowsWhatDescriptionsSpeakOf() {
        Categories standard = Categories.standard();
        assertThat(standard.of("references to owls and other birds")).contains("animals");
        assertThat(standard.of("numerical digits in sequences")).contains("numbers and digits");
        assertThat(standard.of("commas and closing brackets")).contains("punctuation and format");
        assertThat(standard.of("Python function definitions")).contains("code");
        assertThat(standard.of("expressions of joy")).contains("emotions");
        assertThat(standard.of("European cities")).contains("places");
        for (Categories.Category category : standard.categories()) {
            for (String word : category.words()) {
                assertThat(standard.of(word)).as(word).contains(category.name());
            }
        }
    }

    @Test
    void aTableHoldsFeaturesAgainstTheDictionary() {
        Categories list = new Categories(
                "own",
                List.of(
                        new Categories.Category("animals", List.of("owl")),
                        new Categories.Category("numbers", List.of("digits")),
                        new Categories.Category("never", List.of("zzz"))));
        List<Description> descriptions = new ArrayList<>();
        for (int feature = 0; feature < 40; feature++) {
            String text = feature < 6 ? "an owl with digits" : feature < 30 ? "digits" : "else";
            descriptions.add(new Description(feature, text, "", "", 0));
        }
        CategoryTable table =
                CategoryTable.of(list, Descriptions.of("m", "l", descriptions), new int[] {0, 1, 2, 3, 39, 3, 50, 51});
        assertThat(table.described()).isEqualTo(5);
        assertThat(table.undescribed()).isEqualTo(2);
        assertThat(table.dictionary()).isEqualTo(40);
        CategoryTable.Line animals = table.lines().get(0);
        assertThat(animals.features()).isEqualTo(4);
        assertThat(animals.share()).isEqualTo(0.8);
        assertThat(animals.dictionary()).isEqualTo(6);
        assertThat(animals.dictionaryShare()).isEqualTo(0.15);
        // C(6,4) C(34,1) + C(6,5) of C(40,5).
        assertThat(animals.p()).isCloseTo((15 * 34 + 6) / 658008.0, within(1e-12));
        assertThat(animals.q()).isCloseTo(3 * animals.p(), within(1e-12));
        assertThat(table.lines().get(1).features()).isEqualTo(4);
        assertThat(table.lines().get(1).p()).isGreaterThan(0.3);
        assertThat(table.lines().get(2).p()).isEqualTo(1);
    }

    @Test
    void ofNothingNothingIsSaid() {
        CategoryTable table =
                CategoryTable.of(Categories.standard(), Descriptions.of("m", "l", List.of()), new int[] {1, 2});
        assertThat(table.described()).isZero();
        assertThat(table.undescribed()).isEqualTo(2);
        assertThat(table.lines()).allSatisfy(line -> {
            assertThat(line.p()).isEqualTo(1);
            assertThat(line.share()).isZero();
        });
    }

    @Test
    void aUsersListIsRead() throws IOException {
        Path file = Files.writeString(
                folder.resolve("own.json"),
                "{\"name\":\"mine\",\"categories\":[{\"name\":\"birds of prey\",\"words\":[\"Owl\",\"eule\"]}]}");
        assertThat(Categories.read(file))
                .isEqualTo(new Categories(
                        "mine", List.of(new Categories.Category("birds of prey", List.of("owl", "eule")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{\"name\":\"x\"}",
                "{\"name\":\"x\",\"categories\":[]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[]}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[\"two words\"]}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[\"\"]}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[\"b\",\"B\"]}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[1]}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[\"b\"],\"more\":1}]}",
                "{\"name\":\"x\",\"categories\":[{\"name\":\"a\",\"words\":[\"b\"]},{\"name\":\"A\",\"words\":[\"b\"]}]}",
                "{\"name\":\"\\u001b[2J\",\"categories\":[{\"name\":\"a\",\"words\":[\"b\"]}]}",
                "{\"name\":\"x\",\"other\":1,\"categories\":[{\"name\":\"a\",\"words\":[\"b\"]}]}"
            })
    void aBadListIsRefusedWithItsName(String json) throws IOException {
        Path file = Files.writeString(folder.resolve("bad.json"), json);
        assertThatThrownBy(() -> Categories.read(file)).isInstanceOfSatisfying(AuditException.class, refused -> {
            assertThat(refused.code()).isEqualTo(AuditException.Code.USAGE);
            assertThat(refused.getMessage()).contains("bad.json").doesNotContain("\u001b");
        });
    }
}
