package com.example.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JobServerTest {
    private final JobServer server = new JobServer(0);
    private final Client client = ClientBuilder.newClient();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private WebTarget job(String id) {
        return client.target(server.uri()).path("jobs").path(id);
    }

    @Test
    void aJobIsFollowedToItsEnd() throws InterruptedException {
        List<InboundSseEvent> events = new CopyOnWriteArrayList<>();
        CountDownLatch ended = new CountDownLatch(1);
        job("42").request().put(Entity.text(""));

        try (SseEventSource source = SseEventSource.target(job("42")).build()) {
            source.register(event -> {
                if (!event.isEmpty()) {
                    events.add(event);
                }
                if ("end".equals(event.getName())) {
                    ended.countDown();
                }
            });
            source.open();
            assertTrue(ended.await(20, TimeUnit.SECONDS));
        }

        InboundSseEvent last = events.get(events.size() - 1);
        assertEquals("update", events.get(0).getName());
        assertEquals("{\"state\":\"done\",\"percent\":100}", last.readData());
        try (Response again = job("42")
                .request("text/event-stream")
                .header("Last-Event-ID", last.getId())
                .get()) {
            assertEquals(204, again.getStatus(), "who has seen the end is told not to come again");
        }
    }

    @Test
    void aJobThatNobodyStartedIs404() throws InterruptedException {
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        try (SseEventSource source = SseEventSource.target(job("none")).build()) {
            source.register(event -> {}, errors::add);
            source.open();
            assertInstanceOf(NotFoundException.class, errors.poll(20, TimeUnit.SECONDS));
        }
    }
}
