package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fanfare.event.Event;
import dev.fanfare.hub.OutletDriver;
import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.StreamClient;
import dev.fanfare.wire.EventEncoder;
import dev.fanfare.wire.Frame;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Outlet} keeps to, over a real socket to a client that reads, does not read, and leaves. */
@Timeout(240)
public abstract class OutletContract {
    private static final int KIB = 1024;
    /** More than all buffers between an outlet and a client that does not read. */
    private static final int LARGE_EVENTS = 1024;

    private static final int LARGE_BYTES = 16 * KIB;

    private final WriterLoop loop = new WriterLoop("fanfare-contract", java.nio.channels.Selector::open);
    private final Random random = new Random(7);

    private final BlockingQueue<Outlet> opened = new LinkedBlockingQueue<>();
    private @Nullable OwnApplication application;

    /** A client that has read the head and nothing else, and the outlet of its stream, not opened yet. */
    private record Link(StreamClient client, Outlet outlet) {}

    /** How a client leaves. */
    private enum Leaving {
        CLOSE(StreamClient::close),
        RESET(StreamClient::reset),
        HALF_CLOSE(StreamClient::halfClose);

        private final Consumer<StreamClient> how;

        Leaving(Consumer<StreamClient> how) {
            this.how = how;
        }
    }

    /** The outlet of a sink; called in a resource method. */
    protected abstract Outlet outletOf(SseEventSink sink);

    /** What the outlets need to be registered in their application. */
    protected Object[] components() {
        return new Object[0];
    }

    /** Whether a client that only ends its own direction is seen to leave. */
    protected boolean noticesHalfClose() {
        return true;
    }

    /** Whether a client that leaves is noticed without a write, and what it sends is read. */
    protected boolean noticesLeavingByItself() {
        return true;
    }

    /** Whether a client can tell an abort from an end in good order. */
    protected boolean cutsOff() {
        return true;
    }

    @BeforeEach
    void startApplication() {
        application = application((sink, lastEventId) -> opened.add(outletOf(sink)));
    }

    /** The application that hands out the sinks. */
    protected OwnApplication application(OwnApplication.Streaming streaming) {
        return new OwnApplication(streaming, components());
    }

    @AfterEach
    void stop() {
        Objects.requireNonNull(application).close();
        loop.stop();
    }

    private Link connect() {
        StreamClient client = Objects.requireNonNull(application).client();
        Outlet outlet = Awaitility.await().until(opened::poll, Objects::nonNull);
        return new Link(client, outlet);
    }

    private OutletDriver driver(Link link) {
        return new OutletDriver(loop, link.outlet());
    }

    private static Frame frame(int number, int bytes) {
        String text = number + ":";
        return EventEncoder.encode(Event.of(text + "x".repeat(Math.max(0, bytes - text.length()))));
    }

    private static List<Frame> frames(int from, int to, int bytes) {
        return IntStream.range(from, to).mapToObj(i -> frame(i, bytes)).toList();
    }

    private static void assertNumbers(StreamClient client, int count) {
        client.awaitEvents(count);
        assertThat(client.data().stream().map(data -> data.substring(0, data.indexOf(':'))))
                .containsExactlyElementsOf(
                        IntStream.range(0, count).mapToObj(String::valueOf).toList());
    }

    @Test
    void theHeadIsSentBeforeAnythingIsWritten() {
        Link link = connect();
        assertThat(link.client().status()).isEqualTo(200);
        assertThat(link.client().header("Content-Type")).isEqualTo("text/event-stream");
        driver(link).abort();
    }

    @Test
    void framesArriveAsTheyAreInOrderAndOnce() {
        Link link = connect();
        link.client().read();
        OutletDriver driver = driver(link);
        StringBuilder expected = new StringBuilder();
        int number = 0;
        while (number < 3000) {
            List<Frame> some = new ArrayList<>();
            for (int i = random.nextInt(40); i >= 0 && number < 3000; i--) {
                some.add(frame(number++, 3 + random.nextInt(600)));
            }
            some.forEach(frame -> expected.append(frame.payloadText()));
            driver.write(some);
        }
        assertNumbers(link.client(), 3000);
        assertThat(link.client().text()).isEqualTo(expected.toString());
        driver.check();
    }

    @Test
    void aSingleFrameDoesNotWaitForMore() {
        Link link = connect();
        link.client().read();
        OutletDriver driver = driver(link);
        for (int i = 0; i < 20; i++) {
            driver.write(frames(i, i + 1, 10));
            link.client().awaitEvents(i + 1);
        }
        assertNumbers(link.client(), 20);
    }

    @Test
    void aFrameLargerThanAllBuffersArrivesWhole() {
        Link link = connect();
        OutletDriver driver = driver(link);
        driver.write(List.of(frame(0, 10), frame(1, 8 * KIB * KIB), frame(2, 10)));
        link.client().read();
        assertNumbers(link.client(), 3);
        assertThat(link.client().data().get(1)).hasSize(8 * KIB * KIB);
    }

    /** Waits until the outlet refuses, and goes on refusing. */
    private static void stall(OutletDriver driver) {
        driver.write(frames(0, LARGE_EVENTS, LARGE_BYTES));
        Awaitility.await()
                .during(Duration.ofMillis(200))
                .atMost(Duration.ofSeconds(60))
                .until(driver::isBlocked);
        driver.settle();
        assertThat(driver.taken()).isLessThan(LARGE_EVENTS);
    }

    @Test
    void whatAClientDoesNotReadIsRefusedAndGoesOnWhereItStopped() {
        Link link = connect();
        OutletDriver driver = driver(link);
        stall(driver);
        Awaitility.await().until(() -> link.outlet().pendingBytes() > 0);
        assertThat(link.outlet().pendingBytes()).isLessThanOrEqualTo(512L * KIB);
        link.client().read();
        assertNumbers(link.client(), LARGE_EVENTS);
        driver.settle();
        assertThat(driver.refusals()).isPositive();
        Awaitility.await().until(() -> link.outlet().pendingBytes() == 0);
    }

    @Test
    void aClientThatReadsInBitesGetsAll() {
        Link link = connect();
        OutletDriver driver = driver(link);
        link.client().readInBitesOf(331);
        driver.write(frames(0, 3000, 700));
        assertNumbers(link.client(), 3000);
        driver.check();
    }

    /** Closing, a reset or a half-close: seen by itself, where the outlet can see it. */
    @ParameterizedTest
    @EnumSource(Leaving.class)
    void aClientThatLeavesIsNoticedWithoutAWrite(Leaving leaving) {
        assumeThat(noticesLeavingByItself()).isTrue();
        Link link = connect();
        link.client().read();
        OutletDriver driver = driver(link);
        driver.write(frames(0, 3, 50));
        link.client().awaitEvents(3);
        leaving.how.accept(link.client());
        assertThat(driver.awaitClosed()).isEqualTo(CloseReason.LEFT);
        driver.abort();
        driver.settle();
    }

    @Test
    void whatAClientSendsIntoItsStreamIsNoPartOfIt() {
        Link link = connect();
        OutletDriver driver = driver(link);
        link.client().read();
        for (int i = 0; i < 20; i++) {
            link.client().send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
            driver.write(frames(i * 10, i * 10 + 10, 100));
        }
        assertNumbers(link.client(), 200);
        driver.finish();
        assertThat(link.client().awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertNumbers(link.client(), 200);
        if (noticesLeavingByItself()) { // else the container has them, as requests behind this one
            assertThat(opened).isEmpty();
        }
    }

    @Test
    void aClientThatSendsTooMuchIntoItsStreamIsClosed() {
        assumeThat(noticesLeavingByItself()).isTrue();
        Link link = connect();
        OutletDriver driver = driver(link);
        link.client().read();
        link.client().send("x".repeat(12 * KIB));
        assertThat(driver.awaitClosed()).isEqualTo(CloseReason.LEFT);
        assertThat(link.client().awaitEnd()).isEqualTo(StreamClient.End.CUT_OFF);
    }

    /** Whoever ends it, and whenever: the client has a beginning of what was written, in order, and the outlet is closed. */
    @Test
    void eitherSideMayCloseAtAnyMoment() {
        for (int round = 0; round < 60; round++) {
            Link link = connect();
            OutletDriver driver = driver(link);
            link.client().readInBitesOf(1 + random.nextInt(8 * KIB));
            int count = 1 + random.nextInt(300);
            driver.write(frames(0, count, 1 + random.nextInt(4 * KIB)));
            link.client().awaitEvents(random.nextInt(count));
            int way = random.nextInt(5);
            switch (way) {
                case 0 -> driver.finish();
                case 1 -> driver.abort();
                default -> Leaving.values()[way - 2].how.accept(link.client());
            }
            if (way == 0 && !cutsOff()) {
                driver.awaitClosed();
            }
            if (way > 1 && (way < 4 || noticesHalfClose())) {
                awaitLeft(driver);
            }
            driver.abort();
            driver.settle();
            StreamClient.End end = link.client().awaitEnd();
            if (way == 0 && end == StreamClient.End.COMPLETE) {
                // It may have everything, and leave, before the server knows that.
                assertThat(driver.awaitClosed()).isIn(CloseReason.ENDED, CloseReason.LEFT);
                assertNumbers(link.client(), driver.taken());
            }
            assertNumbers(link.client(), link.client().events().size());
        }
    }

    /** A client that left need not be noticed without a write; hence the heartbeats. */
    private static void awaitLeft(OutletDriver driver) {
        Awaitility.await().until(() -> {
            driver.write(List.of(EventEncoder.HEARTBEAT));
            return driver.isClosed();
        });
        assertThat(driver.awaitClosed()).isEqualTo(CloseReason.LEFT);
        driver.abort();
        driver.settle();
    }

    private void assumeNoticed(Leaving leaving) {
        assumeThat(leaving != Leaving.HALF_CLOSE || noticesHalfClose()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void aClientThatLeavesBeforeTheFirstFrameIsNoticed(Leaving leaving) {
        assumeNoticed(leaving);
        Link link = connect();
        leaving.how.accept(link.client());
        awaitLeft(driver(link));
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void aClientThatLeavesWhileItIsWrittenToIsNoticed(Leaving leaving) {
        assumeNoticed(leaving);
        for (int events : new int[] {1, 10, 100, 1000}) {
            Link link = connect();
            link.client().read();
            OutletDriver driver = driver(link);
            driver.write(frames(0, 2000, KIB));
            link.client().awaitEvents(events);
            leaving.how.accept(link.client());
            awaitLeft(driver);
        }
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void aClientThatLeavesWhileItStallsIsNoticed(Leaving leaving) {
        assumeNoticed(leaving);
        Link link = connect();
        OutletDriver driver = driver(link);
        stall(driver);
        leaving.how.accept(link.client());
        awaitLeft(driver);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200})
    void theServerEndsInGoodOrderBehindWhatWasTaken(int count) {
        Link link = connect();
        OutletDriver driver = driver(link);
        driver.write(frames(0, count, 50));
        Awaitility.await().until(() -> driver.settle().taken() == count);
        driver.finish();
        link.client().read();
        assertThat(link.client().awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertNumbers(link.client(), count);
        assertThat(driver.awaitClosed()).isEqualTo(CloseReason.ENDED);
        driver.abort();
        driver.settle();
    }

    @Test
    void anEndThatTheClientHasNoRoomForComesWhenItReads() {
        Link link = connect();
        OutletDriver driver = driver(link);
        stall(driver);
        driver.finish();
        driver.settle();
        int taken = driver.taken();
        link.client().read();
        assertThat(link.client().awaitEnd()).isEqualTo(StreamClient.End.COMPLETE);
        assertNumbers(link.client(), taken);
        assertThat(driver.taken()).isEqualTo(taken);
        assertThat(driver.awaitClosed()).isEqualTo(CloseReason.ENDED);
    }

    private void assertCutOff(StreamClient client) {
        StreamClient.End end = client.awaitEnd();
        assertThat(end).isEqualTo(cutsOff() ? StreamClient.End.CUT_OFF : end);
    }

    @Test
    void anAbortEndsTheConnectionAtOnce() {
        Link link = connect();
        link.client().read();
        OutletDriver driver = driver(link);
        driver.write(frames(0, 10, 50));
        assertNumbers(link.client(), 10);
        driver.abort();
        driver.abort();
        assertCutOff(link.client());
        driver.write(frames(10, 20, 50));
        driver.settle();
        assertThat(link.client().events()).hasSize(10);
    }

    @Test
    void anAbortEndsTheConnectionOfAClientThatStalls() {
        Link link = connect();
        OutletDriver driver = driver(link);
        stall(driver);
        driver.abort();
        driver.settle();
        Awaitility.await().until(() -> link.outlet().pendingBytes() == 0);
        link.client().read();
        assertCutOff(link.client());
        assertThat(link.client().events()).hasSizeLessThan(LARGE_EVENTS);
    }

    @Test
    void anAbortCutsShortAnEndThatIsUnderWay() {
        Link link = connect();
        OutletDriver driver = driver(link);
        stall(driver);
        driver.finish();
        driver.abort();
        driver.settle();
        link.client().read();
        assertCutOff(link.client());
    }

    @Test
    void anOutletThatWasNeverOpenedCanBeAborted() {
        Link link = connect();
        link.client().read();
        link.outlet().abort();
        link.client().awaitEnd();
    }
}
