package dev.fanfare.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void readsWhatTheSpecificationShows() {
        TraceContext context = TraceContext.of(PARENT, "vendor=1,other=2");
        assertThat(context).isEqualTo(new TraceContext(PARENT, "vendor=1,other=2"));
        assertThat(context.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(context.spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(context.isSampled()).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "00",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
                " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                PARENT + "," + PARENT,
            })
    void passesOverWhatIsNoTraceparent(String text) {
        assertThat(TraceContext.of(text, "vendor=1")).isNull();
    }

    @Test
    void readsANewerVersionAsFarAsItKnowsIt() {
        String newer = "cc" + PARENT.substring(2);
        assertThat(TraceContext.of(newer, null)).isEqualTo(new TraceContext(PARENT, ""));
        assertThat(TraceContext.of(newer + "-what-comes-later", null)).isEqualTo(new TraceContext(PARENT, ""));
    }

    @Test
    void leavesOutAStateThatIsTooLongOrNotPrintable() {
        assertThat(TraceContext.of(PARENT, "v=" + "x".repeat(510)))
                .isEqualTo(new TraceContext(PARENT, "v=" + "x".repeat(510)));
        assertThat(TraceContext.of(PARENT, "v=" + "x".repeat(511))).isEqualTo(new TraceContext(PARENT, ""));
        assertThat(TraceContext.of(PARENT, "v=\u00e4")).isEqualTo(new TraceContext(PARENT, ""));
    }

    @Test
    void theLastBitOfTheFlagsTellsWhetherItIsSampled() {
        String some = PARENT.substring(0, 53);
        assertThat(TraceContext.of(some + "00", null).isSampled()).isFalse();
        assertThat(TraceContext.of(some + "02", null).isSampled()).isFalse();
        assertThat(TraceContext.of(some + "03", null).isSampled()).isTrue();
    }

    @Test
    void refusesToBeMadeOfAnythingElse() {
        assertThatThrownBy(() -> new TraceContext("01" + PARENT.substring(2), ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TraceContext(PARENT, "x".repeat(513)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
