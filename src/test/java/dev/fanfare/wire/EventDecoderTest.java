package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One rule of WHATWG HTML 9.2.5 and 9.2.6, one test. */
class EventDecoderTest {
    private final DecodedStream stream = new DecodedStream();

    @Test
    void aBlankLineDispatchesTheEvent() {
        assertThat(stream.feed("event: add\nid: 1\ndata: 73857293\n\n").told())
                .containsExactly("event add [73857293] id=1");
    }

    @Test
    void anEventWithoutTypeIsAMessage() {
        assertThat(stream.feed("data: x\n\n").told()).containsExactly("event message [x] id=");
    }

    @Test
    void anEmptyTypeIsAMessage() {
        assertThat(stream.feed("event: add\nevent:\ndata: x\n\n").told()).containsExactly("event message [x] id=");
    }

    @Test
    void theLastOfSeveralTypesCounts() {
        assertThat(stream.feed("event: a\nevent: b\ndata: x\n\n").told()).containsExactly("event b [x] id=");
    }

    @Test
    void theTypeIsForgottenAfterTheEvent() {
        assertThat(stream.feed("event: a\ndata: x\n\ndata: y\n\n").told())
                .containsExactly("event a [x] id=", "event message [y] id=");
    }

    @Test
    void theTypeIsForgottenAlsoWhenNothingIsDispatched() {
        assertThat(stream.feed("event: a\n\ndata: y\n\n").told()).containsExactly("event message [y] id=");
    }

    @Test
    void severalDataLinesAreJoinedByLineFeeds() {
        assertThat(stream.feed("data: YHOO\ndata: +2\ndata: 10\n\n").told())
                .containsExactly("event message [YHOO\n+2\n10] id=");
    }

    @Test
    void onlyTheLastLineFeedOfTheDataIsRemoved() {
        assertThat(stream.feed("data\ndata\n\n").told()).containsExactly("event message [\n] id=");
    }

    @Test
    void anEmptyDataFieldIsDispatched() {
        assertThat(stream.feed("data:\n\n").told()).containsExactly("event message [] id=");
    }

    @Test
    void aFieldWithoutColonHasAnEmptyValue() {
        assertThat(stream.feed("data\n\n").told()).containsExactly("event message [] id=");
    }

    @Test
    void anEventWithoutDataIsNotDispatched() {
        assertThat(stream.feed("event: a\nid: 1\n\n").told()).isEmpty();
    }

    @Test
    void anEventWithoutDataStillSetsTheLastEventId() {
        stream.feed("id: 7\n\n");
        assertThat(stream.lastEventId()).isEqualTo("7");
        assertThat(stream.feed("data: x\n\n").told()).containsExactly("event message [x] id=7");
    }

    @Test
    void onlyOneSpaceIsRemovedAfterTheColon() {
        assertThat(stream.feed("data:x\n\ndata: x\n\ndata:  x\n\ndata:\tx\n\n").told())
                .containsExactly(
                        "event message [x] id=",
                        "event message [x] id=",
                        "event message [ x] id=",
                        "event message [\tx] id=");
    }

    @Test
    void onlyTheFirstColonEndsTheName() {
        assertThat(stream.feed("data: a: b:c\n\n").told()).containsExactly("event message [a: b:c] id=");
    }

    @Test
    void namesAreTakenAsTheyAre() {
        assertThat(stream.feed("Data: a\n data: b\ndata : c\n\n").told()).isEmpty();
    }

    @Test
    void unknownFieldsAreIgnored() {
        assertThat(stream.feed("foo: a\ndata: x\nbar\n\n").told()).containsExactly("event message [x] id=");
    }

    @Test
    void anIdHoldsUntilThereIsAnother() {
        assertThat(stream.feed("id: 1\ndata: x\n\ndata: y\n\nid\ndata: z\n\n").told())
                .containsExactly("event message [x] id=1", "event message [y] id=1", "event message [z] id=");
    }

    @Test
    void anIdWithNulIsIgnored() {
        assertThat(stream.feed("id: 1\ndata: x\n\nid: 2\0\ndata: y\n\n").told())
                .containsExactly("event message [x] id=1", "event message [y] id=1");
    }

    @Test
    void anIdCountsFromTheEndOfItsBlockOn() {
        stream.feed("id: 1\n\nid: 2\ndata: x\n");
        assertThat(stream.lastEventId()).isEqualTo("1");
        stream.feed("\n");
        assertThat(stream.lastEventId()).isEqualTo("2");
    }

    @Test
    void retryOfDigitsIsTold() {
        assertThat(stream.feed("retry: 3000\n").told()).containsExactly("retry " + Duration.ofSeconds(3));
    }

    @Test
    void retryOfAnythingElseIsIgnored() {
        assertThat(stream.feed("retry: 3s\nretry: -1\nretry: +1\nretry: 1.5\nretry:\nretry\nretry:  1\nretry: \u0663\n")
                        .told())
                .isEmpty();
    }

    @Test
    void aRetryBeyondAllBoundsIsALongOne() {
        assertThat(stream.feed("retry: " + "9".repeat(40) + "\n").retries())
                .singleElement()
                .satisfies(delay -> assertThat(delay).isGreaterThan(Duration.ofDays(20)));
    }

    @Test
    void aLineThatBeginsWithAColonIsAComment() {
        assertThat(stream.feed(":\n: hello\n:data: x\n\n").told())
                .containsExactly("comment []", "comment [ hello]", "comment [data: x]");
    }

    @Test
    void aCommentDoesNotPartAnEvent() {
        assertThat(stream.feed("data: a\n: c\ndata: b\n\n").told())
                .containsExactly("comment [ c]", "event message [a\nb] id=");
    }

    @Test
    void linesEndWithLineFeedCarriageReturnOrBoth() {
        assertThat(stream.feed("data: a\r\ndata: b\rdata: c\n\r\n").told())
                .containsExactly("event message [a\nb\nc] id=");
    }

    @Test
    void twoCarriageReturnsAreTwoLineEnds() {
        assertThat(stream.feed("data: a\r\rdata: b\r\r").told())
                .containsExactly("event message [a] id=", "event message [b] id=");
    }

    @Test
    void aLineFeedAfterACarriageReturnIsPartOfItAlsoInTheNextRead() {
        assertThat(stream.feed("data: a\r").feed("\ndata: b\r").feed("\n").told())
                .isEmpty();
        assertThat(stream.feed("\r").told()).containsExactly("event message [a\nb] id=");
        assertThat(stream.feed("\n\n").told()).hasSize(1);
    }

    @Test
    void aByteOrderMarkAtTheStartIsPassedOver() {
        assertThat(stream.feed("\uFEFFdata: x\n\n").told()).containsExactly("event message [x] id=");
    }

    @Test
    void aByteOrderMarkCutInPiecesIsPassedOver() {
        stream.feedBytes(0xEF);
        stream.feedBytes(0xBB);
        stream.feedBytes(0xBF);
        assertThat(stream.feed("data: x\n\n").told()).containsExactly("event message [x] id=");
    }

    @Test
    void onlyOneByteOrderMarkIsPassedOver() {
        assertThat(stream.feed("\uFEFF\uFEFFdata: x\ndata: y\n\n").told()).containsExactly("event message [y] id=");
    }

    @Test
    void aByteOrderMarkLaterIsAnOrdinaryCharacter() {
        assertThat(stream.feed("data: a\n\n\uFEFFdata: b\n\ndata:\uFEFFc\n\n").told())
                .containsExactly("event message [a] id=", "event message [\uFEFFc] id=");
    }

    @Test
    void halfAByteOrderMarkIsNoText() {
        stream.feedBytes(0xEF, 0xBB);
        assertThat(stream.feed("data: x\n: c\n\n").told()).containsExactly("comment [ c]");
    }

    @Test
    void bytesThatAreNoUtf8BecomeTheReplacementCharacter() {
        stream.feed("data: a");
        stream.feedBytes(0xFF);
        assertThat(stream.feed("b\n\n").told()).containsExactly("event message [a\uFFFDb] id=");
    }

    @Test
    void anEventThatTheEndCutsOffIsNeverTold() {
        assertThat(stream.feed("data: a\n\nid: 2\ndata: b\n").told()).containsExactly("event message [a] id=");
        assertThat(stream.lastEventId()).isEmpty();
    }

    @Test
    void anEventLargerThanTheBoundIsRefused() {
        DecodedStream small = new DecodedStream(20);
        small.feed("data: 123456789012\n\n");
        assertThat(small.told()).containsExactly("event message [123456789012] id=");
        assertThatThrownBy(() -> small.feed("data: 123456789012345"))
                .isInstanceOf(EventTooLarge.class)
                .hasMessageContaining("20 bytes");
    }

    @Test
    void theBoundHoldsForAnEventOfManyLines() {
        DecodedStream small = new DecodedStream(20);
        small.feed("data: 1\ndata: 2\n");
        assertThatThrownBy(() -> small.feed("data: 3\n")).isInstanceOf(EventTooLarge.class);
    }

    @Test
    void theBoundHoldsForACommentThatDoesNotEnd() {
        assertThatThrownBy(() -> new DecodedStream(20).feed(":" + "x".repeat(20)))
                .isInstanceOf(EventTooLarge.class);
    }

    @Test
    void aStreamOfHeartbeatsOnlyNeverReachesTheBound() {
        DecodedStream small = new DecodedStream(20);
        for (int i = 0; i < 100; i++) {
            small.feed(i % 2 == 0 ? ":\n" : ": hello\r\n");
        }
        assertThat(small.told()).hasSize(100);
    }

    @Test
    void feedTakesTheWholeBuffer() {
        ByteBuffer bytes = ByteBuffer.wrap("data: x\n".getBytes(StandardCharsets.UTF_8));
        new EventDecoder((type, data, id) -> {}, 100).feed(bytes);
        assertThat(bytes.hasRemaining()).isFalse();
    }
}
