package dev.fanfare.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fanfare.event.Event;
import dev.fanfare.stream.CloseReason;
import dev.fanfare.stream.PrivateStream;
import dev.fanfare.stream.Reader;
import dev.fanfare.stream.StreamSettings;
import dev.fanfare.stream.WriterLoops;
import dev.fanfare.testing.ManualTicker;
import dev.fanfare.wire.EventEncoder;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.resteasy.core.ResteasyContext;
import org.jboss.resteasy.plugins.providers.sse.SseEventOutputImpl;
import org.jboss.resteasy.plugins.providers.sse.UnknownSink;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.spi.AsyncOutputStream;
import org.jboss.resteasy.spi.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams to classes in the shape of RESTEasy's and of Quarkus REST's, whose sinks write an empty line behind a comment. */
@Timeout(240)
class PastTheSinkTest {
    private static final Event WITH_AN_EMPTY_LINE =
            Event.builder().id("7").type("t").data("a\n\n b").build();
    private static final String ITS_BLOCK = "event: t\nid: 7\ndata: a\ndata: \ndata:  b\n\n";

    private final WriterLoops loops = new WriterLoops(StreamSettings.DEFAULTS, new ManualTicker());
    private final BlockingPool pool = new BlockingPool();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final Written written = new Written();

    @AfterEach
    void close() {
        ResteasyContext.clearContextData();
        CurrentRequestManager.set(null);
        loops.close();
        pool.close();
    }

    /** The body of a response. Each write is done before the next begins, so one thread at a time appends. */
    private static final class Written extends AsyncOutputStream implements HttpResponse {
        private final StringBuffer head = new StringBuffer();
        private final StringBuffer text = new StringBuffer();
        private volatile CompletableFuture<Void> stage = CompletableFuture.completedFuture(null);

        @Override
        public AsyncOutputStream getAsyncOutputStream() {
            return this;
        }

        @Override
        public CompletionStage<Void> asyncWrite(byte[] bytes) {
            CompletionStage<Void> taken = stage; // before a test can see the text and set another
            text.append(new String(bytes, StandardCharsets.UTF_8));
            return taken;
        }

        @Override
        public CompletionStage<Void> asyncFlush() {
            return stage;
        }

        @Override
        public void write(int b) throws IOException {
            throw new IOException("blocking writes are nobody's here");
        }
    }

    private record OnQuarkus(Written body) implements ServerHttpResponse {
        @Override
        public ServerHttpResponse setResponseHeader(CharSequence name, CharSequence value) {
            body.head.append(name).append(": ").append(value).append('\n');
            return this;
        }

        @Override
        public CompletionStage<Void> write(byte[] data) {
            return body.asyncWrite(data);
        }
    }

    private record Request(Map<String, String> headers, Map<String, List<String>> query) implements ServerHttpRequest {
        @Override
        public String getRequestHeader(CharSequence name) {
            return headers.get(name.toString());
        }

        @Override
        public List<String> getAllQueryParams(String name) {
            return query.getOrDefault(name, List.of());
        }
    }

    private SseEventOutputImpl resteasy() {
        SseEventOutputImpl sink = new SseEventOutputImpl(written);
        ResteasyContext.pushContext(SseEventSink.class, sink);
        ResteasyContext.pushContext(HttpResponse.class, written);
        return sink;
    }

    private SseEventSink quarkus(Request request) {
        ResteasyReactiveRequestContext context = new ResteasyReactiveRequestContext(request, new OnQuarkus(written));
        CurrentRequestManager.set(context);
        return context.getSseEventSink();
    }

    private PrivateStream open(SseEventSink sink) {
        return PrivateStream.open(
                loops,
                new SinkOutlets(pool).of(sink),
                List.of(EventEncoder.opening(Duration.ofSeconds(3))),
                Reader.UNKNOWN,
                pool,
                () -> {},
                closed::complete);
    }

    private void awaitText(String text) {
        await().untilAsserted(() -> assertThat(written.text).hasToString(text));
    }

    /** The stream of a client that gets an event and a comment. */
    private void streamSome(SseEventSink sink) {
        PrivateStream stream = open(sink);
        stream.offer(WITH_AN_EMPTY_LINE);
        stream.offer(Event.builder().data(null).comment("only").build());
        stream.offer(Event.of("last"));
        stream.complete();
        assertThat(closed.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(CloseReason.ENDED);
        assertThat(sink.isClosed()).isTrue();
    }

    @Test
    void onResteasyNoEmptyLineStandsBehindADelayOrAComment() {
        streamSome(resteasy());

        // The sink sends the head, and empty lines before anything else is there.
        assertThat(written.text).hasToString("\n\n\n:\nretry: 3000\n" + ITS_BLOCK + ": only\ndata: last\n\n");
    }

    @Test
    void onQuarkusRestNoEmptyLineStandsBehindADelayOrAComment() {
        streamSome(quarkus(new Request(Map.of(), Map.of())));

        assertThat(written.text).hasToString(":\nretry: 3000\n" + ITS_BLOCK + ": only\ndata: last\n\n");
        assertThat(written.head.toString().lines())
                .containsExactlyInAnyOrder(
                        "Cache-Control: no-cache, no-store, no-transform",
                        "X-Accel-Buffering: no",
                        "Content-Type: text/event-stream");
    }

    @Test
    void theNextIsWrittenOnlyWhenTheResponseHasTakenTheOneBefore() throws Exception {
        PrivateStream stream = open(quarkus(new Request(Map.of(), Map.of())));
        awaitText(":\nretry: 3000\n");
        CompletableFuture<Void> busy = new CompletableFuture<>();
        written.stage = busy;
        stream.offer(Event.of("1")).toCompletableFuture().get(60, TimeUnit.SECONDS);
        awaitText(":\nretry: 3000\ndata: 1\n\n");
        CompletableFuture<Void> second = stream.offer(Event.of("2")).toCompletableFuture();

        assertThat(second).isNotDone();
        written.stage = CompletableFuture.completedFuture(null);
        busy.complete(null);

        awaitText(":\nretry: 3000\ndata: 1\n\ndata: 2\n\n");
    }

    @Test
    void aResponseThatFailsEndsTheStream() {
        written.stage = CompletableFuture.failedFuture(new IOException("told to fail"));

        open(resteasy());

        assertThat(closed.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(CloseReason.LEFT);
    }

    /** Another client's response must not get what is for this one. */
    @Test
    void aSinkOfAnotherRequestThanTheThreadsIsWrittenToItself() {
        Written own = new Written();
        resteasy();

        PrivateStream stream = open(new SseEventOutputImpl(own));
        stream.offer(WITH_AN_EMPTY_LINE);

        await().untilAsserted(() -> assertThat(own.text).hasToString("\n\n: \nretry: 3000\n\n" + ITS_BLOCK));
        assertThat(written.text).isEmpty();
    }

    @Test
    void aSinkOfQuarkusRestOfAnotherRequestThanTheThreadsIsWrittenToItself() {
        Written own = new Written();
        SseEventSink sink = new ResteasyReactiveRequestContext(new Request(Map.of(), Map.of()), new OnQuarkus(own))
                .getSseEventSink();
        quarkus(new Request(Map.of(), Map.of("heartbeat", List.of("4s"))));

        assertThat(RequestReader.of(sink)).isEqualTo(Reader.UNKNOWN);
        open(sink).offer(WITH_AN_EMPTY_LINE);

        await().untilAsserted(() ->
                assertThat(own.text).hasToString(":\nretry:3000\n\nid:7\nevent:t\ndata:a\ndata:\ndata:  b\n\n"));
        assertThat(written.text).isEmpty();
        assertThat(written.head).isEmpty();
    }

    @Test
    void whatAReaderWantsIsReadFromTheRequestOfQuarkusRest() {
        SseEventSink sink =
                quarkus(new Request(Map.of(), Map.of("heartbeat", List.of("9s", "4s"), "positions", List.of("true"))));

        assertThat(RequestReader.of(sink)).isEqualTo(new Reader(false, true, Duration.ofSeconds(4)));
    }

    @Test
    void aBrowserIsRecognizedOnQuarkusRest() {
        SseEventSink sink = quarkus(new Request(Map.of("User-Agent", "Mozilla/5.0"), Map.of()));

        assertThat(RequestReader.of(sink)).isEqualTo(new Reader(true, null, null));
    }

    /** An application may have a parameter of this name, which means something else there. */
    @Test
    void whatCantBeUsedIsPassedOverOnQuarkusRest() {
        SseEventSink sink = quarkus(new Request(Map.of(), Map.of("heartbeat", List.of("loud"))));

        assertThat(RequestReader.of(sink)).isEqualTo(Reader.UNKNOWN);
    }

    @Test
    void anUnknownSinkOfAFamiliarPackageIsWrittenToInThePlainestWay() {
        UnknownSink sink = new UnknownSink();

        PrivateStream stream = open(sink);
        stream.offer(WITH_AN_EMPTY_LINE);
        stream.offer(Event.of("last"));

        await().until(() -> sink.sent().size() == 3);
        OutboundSseEvent event = sink.sent().get(1);
        assertThat(event.getId()).isEqualTo("7");
        assertThat(event.getName()).isEqualTo("t");
        assertThat(event.getData()).isEqualTo("a\n\n b");
        assertThat(sink.sent().get(2).getData()).isEqualTo("last");
    }
}
