package ai.auditor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTableTest {
    private static String row(String... cells) {
        StringWriter text = new StringWriter();
        MarkdownTable.row(new PrintWriter(text), List.of(cells));
        return text.toString().strip();
    }

    @Test
    void whatGitHubWouldActOnStandsAsCode() {
        assertThat(row("@octocat.jsonl (1)", "www.evil.com", "see https://evil.com", "a#12"))
                .isEqualTo("| `@octocat.jsonl` (1) | `www.evil.com` | see `https://evil.com` | `a#12` |");
        assertThat(row("h|`@me<b>")).isEqualTo("| `h\\u{7C}\\u{60}@me<b>` |");
    }

    @Test
    void figuresStandAsTheyAre() {
        assertThat(row("0 (<= 1.5 %)", "a|b")).isEqualTo("| 0 (<= 1.5 %) | a\\|b |");
    }
}
