package dev.fanfare.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Fanfare;
import dev.fanfare.Parts;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.event.Event;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.OwnApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.glassfish.jersey.server.ResourceConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a service, as the jar and an undeployed web application bring it about, while something hangs. */
@Timeout(240)
class ServiceCloseTest {
    /** Documented are two; this machine may be busy. */
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private final CountDownLatch hangs = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        hangs.countDown();
    }

    private Service service() {
        Properties settings = new Properties();
        settings.put("fanfare.history.store", "sqlite");
        settings.put("fanfare.history.path", directory.resolve("fanfare.db").toString());
        return new Service(SettingsLoader.of(List.of(), settings), null, address -> 0);
    }

    private void await() {
        try {
            hangs.await();
        } catch (InterruptedException e) {
            // What hangs in a disk hangs on.
            await();
        }
    }

    /** Has a thread of the history, which tells publishers that an event is kept, hang. */
    private void hangUp(Fanfare fanfare) throws InterruptedException {
        CountDownLatch hanging = new CountDownLatch(1);
        Thread mine = Thread.currentThread();
        while (hanging.getCount() > 0) {
            CompletableFuture<Void> done = Parts.of(fanfare)
                    .log()
                    .publish(Event.builder().topic("a").data("1").build())
                    .toCompletableFuture()
                    .thenAccept(id -> {
                        if (Thread.currentThread() != mine) { // else it was kept already, and another one is tried
                            hanging.countDown();
                            await();
                        }
                    });
            Awaitility.await().until(() -> done.isDone() || hanging.getCount() == 0);
        }
    }

    @Test
    void aServiceClosesSoonThoughAThreadOfItsHistoryHangs() throws Exception {
        Service service = service();
        try (OwnApplication application = new OwnApplication(
                        ResourceConfig.forApplication(service),
                        (sink, id) -> service.fanfare().subscribe(sink, id, "b"));
                EventStream stream = EventStream.open(application.port(), "/stream")) {
            hangUp(service.fanfare());

            long begun = System.nanoTime();
            service.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
            assertThat(stream.awaitEnd()).isEqualTo(EventStream.End.COMPLETE);
        }
    }
}
