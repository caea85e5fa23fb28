package dev.fanfare.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.hub.Client;
import dev.fanfare.hub.HubFixture;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.testing.RecordingOutlet;
import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a writer loop survives, and what it reports. */
@Timeout(240)
class LoopFailureTest {
    private final ManualTicker ticker = new ManualTicker();
    private final FailingSelector first = new FailingSelector();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile boolean descriptorsAreOut;
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, ticker, 1, this::openSelector);

    private Selector openSelector() throws IOException {
        if (descriptorsAreOut) {
            throw new IOException("Too many open files");
        }
        return opened.getAndIncrement() == 0 ? first : Selector.open();
    }

    @AfterEach
    void close() {
        loops.close();
    }

    private void requireThatItRuns() {
        CountDownLatch ran = new CountDownLatch(1);
        assertThat(loops.loop(0).execute(ran::countDown)).isTrue();
        HubFixture.await(ran);
    }

    private Client join() {
        Client client = new Client(new RecordingOutlet());
        PrivateStream.open(loops, client.outlet(), List.of(), Reader.UNKNOWN, Runnable::run, () -> {}, client::closed);
        client.outlet().awaitOpen();
        return client;
    }

    @Test
    void wantOfMemoryInTheSelectorCostsNoClient() {
        requireThatItRuns();
        Client client = join();
        first.failWith(new OutOfMemoryError("1"), new OutOfMemoryError("2"), new OutOfMemoryError("3"));
        first.failWith(new OutOfMemoryError("4"), new OutOfMemoryError("5"));
        Awaitility.await().until(first::hasFailed);
        requireThatItRuns();
        assertThat(client.isClosed()).isFalse();
        assertThat(opened).hasValue(1);
        assertThat(loops.fault()).isEmpty();
    }

    @Test
    void aFailureThatPassesCostsNoClient() {
        requireThatItRuns();
        Client client = join();
        first.failWith(new IOException("once"));
        Awaitility.await().until(first::hasFailed);
        requireThatItRuns();
        assertThat(client.isClosed()).isFalse();
        assertThat(opened).hasValue(1);
    }

    @Test
    void aSelectorThatIsClosedIsReplacedAndItsClientsAreCutOff() throws IOException {
        requireThatItRuns();
        Client client = join();
        first.close();
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.FAILED);
        requireThatItRuns();
        Awaitility.await().until(() -> opened.get() == 2);
        Client next = join();
        assertThat(next.isClosed()).isFalse();
        assertThat(loops.fault()).isEmpty();
    }

    @Test
    void aSelectorThatFailsAgainAndAgainIsReplaced() {
        requireThatItRuns();
        Client client = join();
        first.failWith(new IOException("1"), new IllegalStateException("2"), new InternalError("3"));
        assertThat(client.awaitClosed()).isEqualTo(CloseReason.FAILED);
        Awaitility.await().until(() -> opened.get() == 2);
        requireThatItRuns();
    }

    @Test
    void aLoopThatFindsNoSelectorRunsItsTasksAndSaysWhatItLacksUntilItFindsOne() throws IOException {
        requireThatItRuns();
        descriptorsAreOut = true;
        first.close();
        Awaitility.await().until(() -> loops.fault().isPresent());
        assertThat(loops.fault().orElseThrow()).contains("fanfare-writer-0").contains("Too many open files");
        requireThatItRuns();
        descriptorsAreOut = false;
        Awaitility.await().until(() -> loops.fault().isEmpty());
        requireThatItRuns();
        assertThat(opened).hasValue(2);
    }

    @Test
    void aLoopThatHangsIsReportedUntilItGoesOn() {
        requireThatItRuns();
        join();
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        loops.loop(0).execute(() -> {
            hangs.countDown();
            HubFixture.await(go);
        });
        HubFixture.await(hangs);
        ticker.advance(Duration.ofSeconds(2));
        assertThat(loops.fault()).isEmpty();
        ticker.advance(Duration.ofSeconds(11));
        assertThat(loops.fault().orElseThrow()).contains("fanfare-writer-0 hangs");
        go.countDown();
        Awaitility.await().until(() -> loops.fault().isEmpty());
    }

    @Test
    void closingIsNoFault() {
        requireThatItRuns();
        loops.close();
        assertThat(loops.fault()).isEmpty();
    }
}
