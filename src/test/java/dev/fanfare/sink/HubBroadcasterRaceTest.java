package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.history.NoHistory;
import dev.fanfare.hub.Hub;
import dev.fanfare.hub.HubSettings;
import dev.fanfare.log.LogMode;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class HubBroadcasterRaceTest {
    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker());
    private final Hub hub = new Hub(new NoHistory(), loops, HubSettings.of(LogMode.LIVE, 1024, 1 << 20));
    private final BlockingPool pool = new BlockingPool();
    private final ExecutorService registrar = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        registrar.shutdownNow();
        loops.close();
        pool.close();
    }

    @Test
    void aSinkThatIsRegisteredWhileTheBroadcasterClosesIsRefusedOrEnded() throws Exception {
        for (int round = 0; round < 200; round++) {
            HubBroadcaster broadcaster = new HubBroadcaster(hub, new SinkOutlets(pool), pool, null);
            Set<Object> closed = ConcurrentHashMap.newKeySet();
            broadcaster.onClose(closed::add);
            List<FakeSink> taken = new CopyOnWriteArrayList<>();
            Future<?> registering = registrar.submit(() -> {
                while (taken.size() < 1_000) { // also where the broadcaster is closed late
                    FakeSink sink = FakeSink.taking();
                    try {
                        broadcaster.register(sink);
                    } catch (IllegalStateException e) {
                        return;
                    }
                    taken.add(sink);
                }
            });
            broadcaster.close();
            registering.get();
            await().pollInterval(Duration.ofMillis(1)).until(() -> closed.containsAll(taken));
            assertThat(taken).allSatisfy(sink -> assertThat(sink.closings()).isEqualTo(1));
        }
        await().until(() -> loops.openStreams() == 0);
    }
}
