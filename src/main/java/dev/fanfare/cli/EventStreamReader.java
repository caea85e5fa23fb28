package dev.fanfare.cli;

import dev.fanfare.event.Durations;
import dev.fanfare.wire.EventDecoder;
import dev.fanfare.wire.EventTooLarge;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/*
 * CONNECT -> 200, text/event-stream   read until the end, then reconnect after `retry` with the last id
 *         -> 204                      the stream is over
 *         -> 502, 503, 504            reconnect, as after a connection that broke, if there was one before
 *         -> anything else            refused: no reconnection would help
 *
 * A first attempt that fails ends the command at once: it is more likely a wrong URL than a server that restarts.
 */
/** Reads an event stream over as many connections as that takes, as an {@code EventSource} would. For one thread. */
final class EventStreamReader {
    private static final int MAX_EVENT_BYTES = 64 << 20;
    private static final Duration FIRST_RETRY = Duration.ofSeconds(3);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    /** Who reads. */
    interface Listener {
        /** An event came. Returns whether more is wanted. */
        boolean event(StreamEvent event);

        /** A connection carries the stream now. */
        default void opened(HttpResponse<?> response) {}

        /** A comment line came. */
        default void comment(String text) {}

        /** Something that the person at the terminal should know. */
        void notice(String words);
    }

    private final Server server;
    private final URI uri;
    private final Listener listener;
    private final Duration idle;
    private String lastEventId;
    private Duration retry = FIRST_RETRY;
    private int failures;
    private boolean opened;
    private boolean enough;

    /**
     * A reader that has not connected yet.
     *
     * @param lastEventId where to go on; empty for nowhere
     * @param idle a connection on which nothing came for this long is taken for dead
     */
    EventStreamReader(Server server, URI uri, String lastEventId, Duration idle, Listener listener) {
        this.server = server;
        this.uri = uri;
        this.lastEventId = lastEventId;
        this.idle = idle;
        this.listener = listener;
    }

    /**
     * Reads until the listener has enough or the stream is over.
     *
     * @return whether the server said that the stream is over
     * @throws CommandFailed if the server refuses the stream or never answered
     */
    boolean read() throws InterruptedException {
        while (!enough) {
            try {
                if (connect()) {
                    return true;
                }
            } catch (IOException e) {
                if (!opened) {
                    throw new CommandFailed(Answers.silence(uri, e), e);
                }
                failures++;
                listener.notice(Answers.silence(uri, e));
            }
            if (!enough) {
                pause();
            }
        }
        return false;
    }

    private void pause() throws InterruptedException {
        long base = Math.min(LONGEST_RETRY.toMillis(), retry.toMillis() << Math.min(failures, 6));
        long millis = failures == 0
                ? retry.toMillis()
                : base + ThreadLocalRandom.current().nextLong(base / 4 + 1);
        listener.notice("Reconnecting in " + Durations.inTwoUnits(Duration.ofSeconds((millis + 999) / 1000)));
        Thread.sleep(millis);
    }

    private boolean connect() throws IOException, InterruptedException {
        HttpRequest.Builder request = server.request(uri).header("Accept", "text/event-stream");
        if (!lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        ByteQueue body = new ByteQueue();
        HttpResponse<ByteQueue> response = server.client().send(request.build(), info -> body);
        try {
            return read(response, body);
        } finally {
            body.cancel();
        }
    }

    private boolean read(HttpResponse<ByteQueue> response, ByteQueue body) throws IOException, InterruptedException {
        int status = response.statusCode();
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (status == 204) {
            return true;
        }
        if (status == 502 || status == 503 || status == 504) {
            if (!opened) {
                throw Answers.refused(uri, status, type, text(body));
            }
            failures++;
            listener.notice(String.valueOf(
                    Answers.refused(uri, status, type, text(body)).getMessage()));
            return false;
        }
        if (status != 200) {
            throw Answers.refused(uri, status, type, text(body));
        }
        if (!type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
            throw new CommandFailed(
                    uri + " is not an event stream but " + (type.isEmpty() ? "has no Content-Type" : type)
                            + ": give the URL of a stream, or --topic to subscribe to the hub");
        }
        response.headers()
                .firstValue("Fanfare-Refused")
                .ifPresent(reason -> listener.notice("The server has no room for this stream now: " + reason));
        opened = true;
        failures = 0;
        listener.opened(response);
        follow(body);
        return false;
    }

    private void follow(ByteQueue body) throws IOException, InterruptedException {
        EventDecoder decoder = new EventDecoder(new Decoded(), MAX_EVENT_BYTES);
        while (!enough) {
            List<ByteBuffer> bytes = body.next(idle);
            if (bytes == null) {
                listener.notice("The server has ended the stream");
                return;
            }
            if (bytes.isEmpty()) {
                listener.notice("Nothing came for " + Durations.inTwoUnits(idle) + ", not even a heartbeat");
                return;
            }
            try {
                for (int i = 0; i < bytes.size() && !enough; i++) {
                    decoder.feed(bytes.get(i));
                }
            } catch (EventTooLarge e) {
                throw new CommandFailed("The stream has an event of more than " + (MAX_EVENT_BYTES >> 20) + " MiB", e);
            }
            if (!decoder.lastEventId().isEmpty()) {
                lastEventId = decoder.lastEventId();
            }
        }
    }

    /** The beginning of a body that is no stream. */
    static String text(ByteQueue body) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        List<ByteBuffer> bytes;
        while (text.length() < 65_536 && (bytes = body.next(Duration.ofSeconds(10))) != null && !bytes.isEmpty()) {
            for (ByteBuffer piece : bytes) {
                text.append(StandardCharsets.UTF_8.decode(piece));
            }
        }
        return text.toString();
    }

    private final class Decoded implements EventDecoder.Handler {
        @Override
        public void event(String type, String data, String id) {
            if (!enough) {
                lastEventId = id.isEmpty() ? lastEventId : id;
                enough = !listener.event(new StreamEvent(id, type, data));
            }
        }

        @Override
        public void retry(Duration delay) {
            retry = delay;
        }

        @Override
        public void comment(String text) {
            listener.comment(text);
        }
    }
}
