package ai.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RedactionTest {
    @Test
    void onlyKindsOfCharactersAreTold() {
        assertThat(Redaction.REDACTED.of("123, 456, 789")).isEqualTo("13 characters: 9 digits, 2 commas, 2 spaces");
        assertThat(Redaction.REDACTED.of("My key: sk-7\n$"))
                .isEqualTo("14 characters: 7 letters, 1 digit, 2 spaces, 1 line break, 2 other marks, 1 symbol");
        assertThat(Redaction.REDACTED.of("\uD83E\uDD89\u202e\ud800"))
                .isEqualTo("3 characters: 1 symbol, 2 other characters");
        assertThat(Redaction.REDACTED.of("x")).isEqualTo("1 character: 1 letter");
        assertThat(Redaction.REDACTED.of("")).isEqualTo("0 characters");
    }

    @Test
    void aFullTextIsOneLineAndEscaped() {
        assertThat(Redaction.FULL.of("1, 2\n\u001b[2J")).isEqualTo("1, 2\\u{A}\\u{1B}[2J");
    }

    @Test
    void nothingIsLongerThanTheBound() {
        Random random = new Random(2);
        for (int round = 0; round < 50; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(5_000);
            for (int i = 0; i < length; i++) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x10000) : random.nextInt(0x80)));
            }
            for (Redaction redaction : Redaction.values()) {
                String shown = redaction.of(text.toString());
                assertThat(shown.codePointCount(0, shown.length())).isLessThanOrEqualTo(Redaction.LONGEST);
                assertThat(shown).doesNotContain("\n", "\u001b", "\u202e");
            }
        }
        String secret = "correct horse battery staple ".repeat(1_000);
        assertThat(Redaction.REDACTED.of(secret)).doesNotContain("horse");
    }
}
