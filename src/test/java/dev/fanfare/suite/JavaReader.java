package dev.fanfare.suite;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link SseEventSource} that notes what it reads. */
final class JavaReader implements AutoCloseable {
    record Event(@Nullable String name, @Nullable String id, String data) {}

    private final Client client = ClientBuilder.newClient();
    private final SseEventSource source;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    private JavaReader(Host host, String path) {
        source = SseEventSource.target(client.target(host.base().resolve(path)))
                .reconnectingEvery(100, TimeUnit.MILLISECONDS)
                .build();
        source.register(this::note, errors::add);
    }

    /** Jersey also hands on blocks without data, even comments behind which there is an empty line. No stream has such. */
    private void note(InboundSseEvent event) {
        events.add(new Event(event.getName(), event.getId(), event.readData()));
    }

    static JavaReader open(Host host, String path) {
        JavaReader reader = new JavaReader(host, path);
        reader.source.open();
        return reader;
    }

    List<Event> events() {
        return events;
    }

    List<Throwable> errors() {
        return errors;
    }

    boolean isOpen() {
        return source.isOpen();
    }

    @Override
    public void close() {
        source.close(5, TimeUnit.SECONDS);
        client.close();
    }
}
