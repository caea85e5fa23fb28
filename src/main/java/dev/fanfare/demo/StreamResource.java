package dev.fanfare.demo;

import dev.fanfare.EventGenerator;
import dev.fanfare.Fanfare;
import dev.fanfare.event.Event;
import dev.fanfare.rest.LastEventId;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.SseEventSink;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Each client gets its own counter, as a generator: the next value is made when the client can take it. */
@Path("stream")
public final class StreamResource {
    private final Fanfare fanfare;
    private final int count;
    private final Duration delay;
    private final Duration retry;

    /**
     * The resource, to be registered as it is.
     *
     * @param count how far it counts
     * @param delay from one event to the next
     * @param retry the reconnection delay that clients get
     */
    public StreamResource(Fanfare fanfare, int count, Duration delay, Duration retry) {
        this.fanfare = fanfare;
        this.count = count;
        this.delay = delay;
        this.retry = retry;
    }

    /** Counts from 1, or from where the client was; 204 for a client that has seen the end. */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void stream(@Context HttpHeaders headers, @Context UriInfo uri, @Context SseEventSink sink) {
        int last = lastSeen(LastEventId.of(headers, uri.getQueryParameters()));
        if (last > count) {
            throw new WebApplicationException(Response.noContent().build());
        }
        fanfare.stream(sink, new Counter(last + 1));
    }

    /** The number that an id stands for; 0 if it is none of the counter's. */
    private int lastSeen(@Nullable String lastEventId) {
        try {
            int seen = lastEventId == null ? 0 : Integer.parseInt(lastEventId);
            // The parser also takes what the counter never writes, such as +3 and 03.
            boolean isMine =
                    seen > 0 && seen <= count + 1 && Integer.toString(seen).equals(lastEventId);
            return isMine ? seen : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private final class Counter implements EventGenerator {
        private int number;

        Counter(int first) {
            number = first;
        }

        @Override
        public CompletionStage<Optional<Event>> next() {
            return CompletableFuture.completedStage(make());
        }

        private Optional<Event> make() {
            if (number > count + 1) {
                return Optional.empty();
            }
            Event.Builder event = Event.builder().id(Integer.toString(number)).retry(retry);
            event = number > count
                    ? event.type("end_event").data("End of the stream")
                    : event.type("new_message").data("Counter value " + number);
            number++;
            return Optional.of(event.build());
        }

        @Override
        public Duration pause() {
            return number > count + 1 ? Duration.ZERO : delay;
        }
    }
}
