package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.event.Event;
import dev.fanfare.event.EventId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventEncoderTest {

    private static String encoded(Event.Builder event) {
        return EventEncoder.encode(event.build()).payloadText();
    }

    @Test
    void writesAllFieldsAndABlankLine() {
        assertThat(encoded(Event.builder()
                        .id("7")
                        .type("progress")
                        .data("half")
                        .comment("hello")
                        .retry(Duration.ofMillis(1500))))
                .isEqualTo(": hello\nretry: 1500\nevent: progress\nid: 7\ndata: half\n\n");
    }

    @Test
    void writesOneDataFieldForEachLine() {
        assertThat(encoded(Event.builder().data("a\nb\r\nc\rd"))).isEqualTo("data: a\ndata: b\ndata: c\ndata: d\n\n");
    }

    @Test
    void aLineEndAtTheEndOfTheDataIsKept() {
        assertThat(encoded(Event.builder().data("a\n"))).isEqualTo("data: a\ndata: \n\n");
    }

    @Test
    void emptyDataIsOneEmptyField() {
        assertThat(encoded(Event.builder().data(""))).isEqualTo("data: \n\n");
    }

    @Test
    void noDataIsNoField() {
        assertThat(encoded(Event.builder().id("7").data(null))).isEqualTo("id: 7\n\n");
    }

    @Test
    void aSpaceAtTheStartOfTheDataIsKept() {
        assertThat(encoded(Event.builder().data(" a"))).isEqualTo("data:  a\n\n");
    }

    @Test
    void aCommentCanHoldNoField() {
        assertThat(encoded(Event.builder().data(null).comment("a\ndata: evil\r\rid: 1")))
                .isEqualTo(": a\n: data: evil\n: \n: id: 1\n");
        assertThat(EventEncoder.comment("a\nb").payloadText()).isEqualTo(": a\n: b\n");
    }

    /** Many readers hand a block without data to their application. */
    @Test
    void whatClientsReadByTheLineEndsNoBlock() {
        assertThat(encoded(Event.builder().data(null).retry(Duration.ofSeconds(2))))
                .isEqualTo("retry: 2000\n");
        assertThat(encoded(Event.builder().data(null).type("t").comment("a"))).isEqualTo(": a\nevent: t\n\n");
        assertThat(encoded(Event.builder().data(null).id("7"))).isEqualTo("id: 7\n\n");
    }

    @Test
    void whatIsNoEventIsDispatchedByNobody() {
        DecodedStream stream = new DecodedStream();
        stream.feed(EventEncoder.opening(Duration.ofSeconds(3)).payloadText());
        stream.feed(EventEncoder.HEARTBEAT.payloadText());
        stream.feed(EventEncoder.idOnly(new EventId("#e.5")).payloadText());
        stream.feed(EventEncoder.comment("x").payloadText());
        assertThat(stream.told()).containsExactly("comment []", "retry PT3S", "comment []", "comment [ x]");
        assertThat(stream.lastEventId()).isEqualTo("#e.5");
    }

    @Test
    void theHeartbeatDoesNotPartAnEvent() {
        DecodedStream stream = new DecodedStream();
        stream.feed("data: a\n").feed(EventEncoder.HEARTBEAT.payloadText()).feed("data: b\n\n");
        assertThat(stream.told()).contains("event message [a\nb] id=");
    }
}
