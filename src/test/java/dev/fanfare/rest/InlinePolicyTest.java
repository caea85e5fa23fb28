package dev.fanfare.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class InlinePolicyTest {

    /** The example of CSP 3, 2.3.1: the hash of {@code alert('Hello, world.');}. */
    @Test
    void hashesWhatIsBetweenTheTags() {
        assertThat(InlinePolicy.of("<script>alert('Hello, world.');</script>"))
                .contains("script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';");
    }

    @Test
    void allowsEachBlock() {
        String policy = InlinePolicy.of("<style>a</style><SCRIPT type=\"module\">b</SCRIPT >\n<script>c\n</script>");

        assertThat(policy)
                .contains("style-src 'sha256-" + hash("a") + "';")
                .contains("script-src 'sha256-" + hash("b") + "' 'sha256-" + hash("c\n") + "';");
    }

    @Test
    void hashesLinesAsBrowsersSeeThem() {
        assertThat(InlinePolicy.of("<script>a\r\nb</script>")).contains(hash("a\nb"));
    }

    @Test
    void allowsNothingWhereThereIsNothing() {
        assertThat(InlinePolicy.of("<p>text</p>")).contains("script-src 'none'; style-src 'none';");
    }

    private static String hash(String text) {
        return InlinePolicy.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
