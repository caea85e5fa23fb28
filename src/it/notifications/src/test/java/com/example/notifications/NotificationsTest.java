package com.example.notifications;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NotificationsTest {
    private Notifications application;
    private final Client client = ClientBuilder.newClient();

    @BeforeEach
    void start() throws Exception {
        application = new Notifications(0, Map.of("a", "alice", "b", "bob"));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        application.close();
    }

    private static final class Reader implements AutoCloseable {
        final BlockingQueue<InboundSseEvent> all = new LinkedBlockingQueue<>();
        final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        final SseEventSource source;

        Reader(Client client, Notifications application, String token) throws InterruptedException {
            ClientRequestFilter login = request -> request.getHeaders().putSingle("Authorization", "Bearer " + token);
            source = SseEventSource.target(
                            client.target(application.uri())
                                    .path("notifications")
                                    .queryParam("positions", "true")
                                    .register(login))
                    .build();
            source.register(all::add, errors::add);
            source.open();
        }

        /** The stream begins with the position that it was asked for, an id without data: from then on nothing is missed. */
        void awaitOpen() throws InterruptedException {
            InboundSseEvent event = poll();
            while (event.getId() == null) {
                event = poll();
            }
            assertTrue(event.isEmpty());
        }

        /** The next event with data. */
        InboundSseEvent take() throws InterruptedException {
            InboundSseEvent event = poll();
            while (event.isEmpty()) {
                event = poll();
            }
            return event;
        }

        private InboundSseEvent poll() throws InterruptedException {
            InboundSseEvent event = all.poll(20, TimeUnit.SECONDS);
            assertNotNull(event, "an event within 20 s");
            return event;
        }

        @Override
        public void close() {
            source.close();
        }
    }

    private void send(String token, String user, String text) {
        client.target(application.uri())
                .path("notifications")
                .path(user)
                .request()
                .header("Authorization", "Bearer " + token)
                .post(Entity.text(text), String.class);
    }

    @Test
    void aNotificationReachesItsUserAndNobodyElse() throws InterruptedException {
        try (Reader alice = new Reader(client, application, "a");
                Reader bob = new Reader(client, application, "b")) {
            alice.awaitOpen();
            bob.awaitOpen();

            send("b", "alice", "hello\n\nthere");
            send("a", "bob", "hi");

            InboundSseEvent toAlice = alice.take();
            assertEquals("notification", toAlice.getName());
            assertEquals("bob: hello\n\nthere", toAlice.readData());
            assertEquals("alice: hi", bob.take().readData());
            assertTrue(alice.all.stream().allMatch(InboundSseEvent::isEmpty));
            assertTrue(bob.all.stream().allMatch(InboundSseEvent::isEmpty));
        }
    }

    @Test
    void whoIsNotLoggedInGetsNoStream() throws InterruptedException {
        try (Reader nobody = new Reader(client, application, "x")) {
            assertInstanceOf(NotAuthorizedException.class, nobody.errors.poll(20, TimeUnit.SECONDS));
        }
    }
}
