package com.example.stocks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StockTickerTest {
    private final BlockingQueue<InboundSseEvent> first = new LinkedBlockingQueue<>();
    private final BlockingQueue<InboundSseEvent> second = new LinkedBlockingQueue<>();

    private static SseEventSource read(Client client, StockTicker ticker, String path, BlockingQueue<InboundSseEvent> to) {
        SseEventSource source = SseEventSource.target(client.target(ticker.uri()).path(path)).build();
        source.register(event -> {
            if (!event.isEmpty()) { // the position that a stream begins with has no data
                to.add(event);
            }
        });
        source.open();
        return source;
    }

    private static InboundSseEvent next(BlockingQueue<InboundSseEvent> events) throws InterruptedException {
        InboundSseEvent event = events.poll(20, TimeUnit.SECONDS);
        assertNotNull(event, "an event within 20 s");
        return event;
    }

    private static long position(InboundSseEvent event) {
        return Long.parseLong(event.getId().substring(event.getId().lastIndexOf('.') + 1));
    }

    @Test
    void everyClientGetsTheSamePrices() throws InterruptedException {
        Client client = ClientBuilder.newClient();
        try (StockTicker ticker = new StockTicker(0);
                SseEventSource one = read(client, ticker, "prices", first);
                SseEventSource other = read(client, ticker, "prices", second)) {
            ticker.openExchange();
            InboundSseEvent met = next(second);
            InboundSseEvent seen = next(first);
            while (position(seen) != position(met)) { // one may have joined later
                if (position(seen) < position(met)) {
                    seen = next(first);
                } else {
                    met = next(second);
                }
            }
            for (int i = 0; i < 20; i++) {
                assertEquals(seen.getId() + seen.readData(), met.getId() + met.readData());
                seen = next(first);
                met = next(second);
            }
        } finally {
            client.close();
        }
    }

    @Test
    void aClientOfOneSymbolGetsNoOther() throws InterruptedException {
        Client client = ClientBuilder.newClient();
        try (StockTicker ticker = new StockTicker(0);
                SseEventSource one = read(client, ticker, "prices/ACME", first)) {
            ticker.openExchange();
            for (int i = 0; i < 10; i++) {
                assertTrue(next(first).readData().contains("ACME"));
            }
        } finally {
            client.close();
        }
    }

    @Test
    void twoApplicationsInOneJvmDoNotKnowEachOther() throws InterruptedException {
        Client client = ClientBuilder.newClient();
        try (StockTicker trading = new StockTicker(0);
                StockTicker silent = new StockTicker(0);
                SseEventSource one = read(client, trading, "prices", first);
                SseEventSource other = read(client, silent, "prices", second)) {
            trading.openExchange();
            for (int i = 0; i < 20; i++) {
                next(first);
            }
            assertTrue(second.isEmpty());
        } finally {
            client.close();
        }
    }

    @Test
    void headIsAnsweredAndNoThreadIsStartedForIt() throws IOException, InterruptedException {
        try (StockTicker ticker = new StockTicker(0)) {
            long before = fanfareThreads();
            HttpResponse<Void> head = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(ticker.uri().resolve("prices"))
                                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                                    .timeout(Duration.ofSeconds(10))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding());
            assertEquals(200, head.statusCode());
            assertEquals("text/event-stream", head.headers().firstValue("Content-Type").orElseThrow());
            assertEquals("no", head.headers().firstValue("X-Accel-Buffering").orElseThrow());
            assertTrue(fanfareThreads() <= before);
        }
    }

    private static long fanfareThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("fanfare-"))
                .count();
    }
}
