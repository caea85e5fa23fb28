package dev.fanfare.spring;

import dev.fanfare.rest.StreamRefusal;
import dev.fanfare.sink.OutletSink;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.wire.EventDecoder;
import dev.fanfare.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;

/**
 * An {@link EventStream} as a {@link Flux}, to be composed with others. An event is taken from the hub when it is asked for;
 * what has not been asked for waits there, in the tail or the history that all clients share.
 *
 * <pre>{@code
 * @GetMapping(path = "/prices", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
 * Flux<ServerSentEvent<String>> prices(@RequestHeader(name = "Last-Event-ID", required = false) String lastEventId) {
 *     return EventFlux.of(EventStream.topics(fanfare, "prices"), lastEventId).filter(this::isWanted);
 * }
 * }</pre>
 */
public final class EventFlux {
    private EventFlux() {}

    /**
     * The events of a stream, opened anew for each subscriber; heartbeats and reconnection delays are among them, as comments
     * and as events without data. Ends with an error where the stream is cut off, or where there is none.
     *
     * @param lastEventId of the request; null if it has none
     */
    public static Flux<ServerSentEvent<String>> of(EventStream stream, @Nullable String lastEventId) {
        return Flux.defer(() -> {
            DemandOutlet outlet = new DemandOutlet();
            try {
                stream.open(new OutletSink(outlet), lastEventId);
            } catch (WriterLoops.Closed e) { // an EventSource reconnects, where any error would end it for good
                return Flux.just(refused(StreamRefusal.of(StreamRefusal.SHUTDOWN)));
            }
            Decoder decoder = new Decoder();
            return Flux.from(outlet)
                    .doOnNext(frame -> outlet.accepted(frame.payloadBytes()))
                    .concatMapIterable(decoder::decode, 1);
        });
    }

    private static ServerSentEvent<String> refused(StreamRefusal refusal) {
        return ServerSentEvent.<String>builder()
                .comment("refused, " + refusal.reason())
                .retry(refusal.retry())
                .build();
    }

    /** Reads frames back, those of one stream in order. */
    private static final class Decoder implements EventDecoder.Handler {
        private final EventDecoder decoder = new EventDecoder(this, Integer.MAX_VALUE);
        private List<ServerSentEvent<String>> read = new ArrayList<>();

        List<ServerSentEvent<String>> decode(Frame frame) {
            read = new ArrayList<>();
            String before = decoder.lastEventId();
            decoder.feed(frame.payload());
            if (frame.events() == 0 && !decoder.lastEventId().equals(before)) {
                read.add(ServerSentEvent.<String>builder()
                        .id(decoder.lastEventId())
                        .build());
            }
            return read;
        }

        @Override
        public void event(String type, String data, String lastEventId) {
            ServerSentEvent.Builder<String> event = ServerSentEvent.<String>builder(data);
            if (!lastEventId.isEmpty()) {
                event.id(lastEventId);
            }
            if (!type.equals("message")) {
                event.event(type);
            }
            read.add(event.build());
        }

        @Override
        public void retry(Duration delay) {
            read.add(ServerSentEvent.<String>builder().retry(delay).build());
        }

        @Override
        public void comment(String text) {
            read.add(ServerSentEvent.<String>builder().comment(text).build());
        }
    }
}
