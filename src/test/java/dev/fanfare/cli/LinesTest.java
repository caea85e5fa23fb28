package dev.fanfare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LinesTest {
    @Test
    void aLineThatFitsStaysAsItIs() {
        assertThat(Lines.wrapped("ok  version  HTTP/2", 4, 19)).containsExactly("ok  version  HTTP/2");
    }

    @Test
    void aLineIsBrokenBetweenWordsAndGoesOnIndented() {
        assertThat(Lines.wrapped("ok  health the server is ready and well", 4, 24))
                .containsExactly("ok  health the server is", "    ready and well");
    }

    @Test
    void aNarrowTerminalGetsNoIndentation() {
        assertThat(Lines.wrapped("ok  health      the server is ready", 16, 20))
                .containsExactly("ok  health      the", "server is ready");
    }

    @Test
    void aWordIsNeverBroken() {
        assertThat(Lines.wrapped("see https://events.example.com/a/b/c for more", 2, 12))
                .containsExactly("see", "https://events.example.com/a/b/c", "for more");
    }
}
