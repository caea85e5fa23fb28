package dev.fanfare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.testing.OwnApplication;
import dev.fanfare.testing.RecordingOutlet.Received;
import dev.fanfare.testing.StreamClient;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Providers;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseBroadcaster;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.glassfish.jersey.media.sse.OutboundEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broadcaster sends, in somebody's own application. */
@Timeout(240)
class FanfareBroadcastTest {
    private final Fanfare fanfare = Fanfare.create();
    private final PriceWriter prices = new PriceWriter();
    private volatile @Nullable SseBroadcaster broadcaster;
    private final OwnApplication application =
            new OwnApplication((sink, lastEventId) -> broadcaster().register(sink), prices);

    /** Something that only the application can write. */
    private record Price(String of, int cents) {}

    /** The application's own writer. */
    private static final class PriceWriter implements MessageBodyWriter<Price> {
        private final AtomicInteger writes = new AtomicInteger();

        @Context
        private @Nullable Providers providers;

        @Override
        public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
            return type == Price.class && mediaType.isCompatible(MediaType.APPLICATION_JSON_TYPE);
        }

        @Override
        public void writeTo(
                Price price,
                Class<?> type,
                Type generic,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, Object> headers,
                OutputStream out)
                throws IOException {
            writes.incrementAndGet();
            out.write(("{\n\"" + price.of() + "\": " + price.cents() + "\n}").getBytes(StandardCharsets.UTF_8));
        }
    }

    @AfterEach
    void close() {
        fanfare.close();
        application.close();
    }

    private synchronized SseBroadcaster broadcaster() {
        SseBroadcaster made = broadcaster;
        if (made == null) {
            made = fanfare.newBroadcaster(prices.providers);
            broadcaster = made;
        }
        return made;
    }

    private StreamClient join() {
        return application.client().read().awaitText(":\n");
    }

    private static OutboundSseEvent event(String data) {
        return new OutboundEvent.Builder().data(data).build();
    }

    @Test
    void everyClientGetsEveryEventInOrder() {
        List<StreamClient> clients = Stream.generate(this::join).limit(20).toList();
        IntStream.range(0, 300).forEach(i -> broadcaster().broadcast(event("" + i)));
        for (StreamClient client : clients) {
            assertThat(client.awaitEvents(300).data())
                    .isEqualTo(IntStream.range(0, 300).mapToObj(String::valueOf).toList());
        }
    }

    @Test
    void allFieldsOfAnEventArrive() {
        StreamClient client = join();
        broadcaster()
                .broadcast(new OutboundEvent.Builder()
                        .id("7")
                        .name("t")
                        .comment("seen by nobody")
                        .reconnectDelay(1234)
                        .data("a\nb")
                        .build());
        assertThat(client.awaitEvents(1).events()).containsExactly(new Received("7", "t", "a\nb"));
        assertThat(client.text()).contains("retry: 1234\n").contains(": seen by nobody\n");
    }

    @Test
    void anEventMayBeACommentAlone() {
        StreamClient client = join();
        broadcaster().broadcast(new OutboundEvent.Builder().comment("one\ntwo").build());
        broadcaster().broadcast(event("next"));
        client.awaitEvents(1);
        assertThat(client.comments()).contains(" one", " two");
        assertThat(client.data()).containsExactly("next");
    }

    @Test
    void everyTextArrivesThroughTheSink() {
        List<String> texts = List.of(
                "",
                "a\rb",
                "a\r\nb",
                "\n",
                "a\u0000b",
                "\uFEFFbom",
                "a\u2028b\u2029c",
                " x",
                "id: 1\n\ndata: 2",
                "ü𝄞");
        StreamClient client = join();
        texts.forEach(text -> broadcaster().broadcast(event(text)));
        client.awaitEvents(texts.size());
        assertThat(client.data())
                .isEqualTo(texts.stream()
                        .map(text -> text.replace("\r\n", "\n").replace('\r', '\n'))
                        .toList());
    }

    @Test
    void typedDataIsWrittenOnceForAllClients() {
        List<StreamClient> clients = Stream.generate(this::join).limit(20).toList();
        for (int i = 0; i < 10; i++) {
            broadcaster()
                    .broadcast(new OutboundEvent.Builder()
                            .mediaType(MediaType.APPLICATION_JSON_TYPE)
                            .data(Price.class, new Price("tea", i))
                            .build());
        }
        for (StreamClient client : clients) {
            assertThat(client.awaitEvents(10).data().get(9)).isEqualTo("{\n\"tea\": 9\n}");
        }
        assertThat(prices.writes).hasValue(10);
    }

    @Test
    void ordinaryValuesAreWrittenAsText() {
        StreamClient client = join();
        broadcaster().broadcast(new OutboundEvent.Builder().data(42).build());
        broadcaster().broadcast(new OutboundEvent.Builder().data(int.class, 43).build());
        broadcaster().broadcast(new OutboundEvent.Builder().data(true).build());
        assertThat(client.awaitEvents(3).data()).containsExactly("42", "43", "true");
    }

    @Test
    void aCharsetThatAnEventAsksForIsNothingToTheStream() {
        StreamClient client = join();
        MediaType latin = MediaType.TEXT_PLAIN_TYPE.withCharset("ISO-8859-1");
        broadcaster()
                .broadcast(new OutboundEvent.Builder()
                        .mediaType(latin)
                        .data(StringBuilder.class, new StringBuilder("ü"))
                        .build());
        broadcaster()
                .broadcast(new OutboundEvent.Builder()
                        .mediaType(latin)
                        .data(Reader.class, new StringReader("ü"))
                        .build());
        assertThat(client.awaitEvents(2).data()).containsExactly("ü", "ü");
    }

    @Test
    void dataThatNobodyCanWriteIsRefused() {
        StreamClient client = join();
        OutboundSseEvent nobodys = new OutboundEvent.Builder()
                .mediaType(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                .data(new Price("tea", 1))
                .build();
        assertThatThrownBy(() -> broadcaster().broadcast(nobodys))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("MessageBodyWriter");
        SseBroadcaster texts = fanfare.newBroadcaster(null);
        assertThatThrownBy(() -> texts.broadcast(
                        new OutboundEvent.Builder().data(new Price("tea", 1)).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Providers");
        broadcaster().broadcast(event("next"));
        assertThat(client.awaitEvents(1).data()).containsExactly("next");
    }

    @Test
    void broadcastersDoNotHearOneAnother() {
        StreamClient first = join();
        broadcaster().broadcast(event("1"));
        first.awaitEvents(1);
        SseBroadcaster other = fanfare.newBroadcaster(null);
        broadcaster = other;
        StreamClient second = join();
        other.broadcast(event("2"));
        assertThat(second.awaitEvents(1).data()).containsExactly("2");
        assertThat(first.data()).containsExactly("1");
    }

    @Test
    void aStageCompletesWithoutAnyClient() {
        assertThat(broadcaster().broadcast(event("to nobody")).toCompletableFuture())
                .isCompleted();
        await().until(() -> fanfare.parts().loops().openStreams() == 0);
    }
}
