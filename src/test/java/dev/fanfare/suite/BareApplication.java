package dev.fanfare.suite;

import dev.fanfare.EventGenerator;
import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import dev.fanfare.status.SourceSettings;
import dev.fanfare.testing.EventStream;
import dev.fanfare.testing.OwnApplication;
import jakarta.ws.rs.sse.SseBroadcaster;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.media.sse.OutboundEvent;

/** Somebody's application that uses all kinds of streams; what its clients got. Loaded by a class loader of its own. */
public final class BareApplication implements Callable<List<String>> {

    @Override
    public List<String> call() {
        try (Fanfare fanfare = Fanfare.create()) {
            fanfare.source(
                    "jobs",
                    SourceSettings.builder().params("job").end("/state=done").build());
            fanfare.set("jobs", Map.of("job", "1"), "{\"state\":\"running\"}")
                    .toCompletableFuture()
                    .join();
            SseBroadcaster broadcaster = fanfare.newBroadcaster(null);
            String published =
                    first((sink, id) -> fanfare.subscribe(sink, id, "a"), () -> fanfare.publish("a", "published"));
            String broadcast = first(
                    (sink, id) -> broadcaster.register(sink),
                    () -> broadcaster.broadcast(
                            new OutboundEvent.Builder().data("broadcast").build()));
            String status = first((sink, id) -> fanfare.watch(sink, id, "jobs", Map.of("job", "1")), () -> {});
            String generated = first(
                    (sink, id) -> fanfare.stream(
                            sink,
                            EventGenerator.of(List.of(Event.of("generated")).iterator())),
                    () -> {});
            return List.of(published, broadcast, status, generated);
        }
    }

    /** The data of the first event that a client gets, where something is done once it has joined. */
    private static String first(OwnApplication.Streaming streaming, Runnable then) {
        CompletableFuture<Void> joined = new CompletableFuture<>();
        OwnApplication.Streaming noted = (sink, id) -> {
            streaming.open(sink, id);
            joined.complete(null);
        };
        try (OwnApplication application = new OwnApplication(noted);
                EventStream stream = EventStream.open(application.port(), "/stream")) {
            joined.orTimeout(60, TimeUnit.SECONDS).join();
            then.run();
            return stream.next().data();
        }
    }
}
