package dev.fanfare.server.warmup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * A client that does by turns what clients do: opens streams of topics, of statuses and of both, as a program and as a browser, new and
 * after a pause; publishes; sets and reads statuses. Confined to a thread.
 */
final class Visitor implements AutoCloseable {
    private static final String HUB = "/.well-known/mercure";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int OPEN_STREAMS = 8;
    private static final int TOPICS = 16;
    private static final int STATUSES = 4;
    private static final int PUBLISHED_EACH = 2;
    private static final String DATA = "a+text+of+some+length+".repeat(9);

    private final int port;
    private final List<String> tokens;
    private final IntSupplier leftMs;
    private final Exchange publisher;
    private final Deque<Exchange> streams = new ArrayDeque<>();
    private String lastId = "";
    private int turn;

    Visitor(int port, List<String> tokens, IntSupplier leftMs) throws IOException {
        this.port = port;
        this.tokens = tokens;
        this.leftMs = leftMs;
        publisher = connect();
    }

    private Exchange connect() throws IOException {
        return new Exchange(port, leftMs);
    }

    /** One turn. */
    void visit() throws IOException {
        turn++;
        if (streams.size() == OPEN_STREAMS) {
            streams.remove().close();
        }
        Exchange stream = connect();
        streams.add(stream);
        stream.open(streamRequest());
        for (int i = 0; i < PUBLISHED_EACH; i++) {
            publish(i);
        }
        if (turn % STATUSES == 0) {
            status();
        }
    }

    private String streamRequest() {
        String one = HUB + "?topic=" + topic(turn);
        return switch (turn % 8) {
            case 1 -> get(one, authorization());
            case 2 -> get(one, browser() + lines("Cookie: mercureAuthorization=" + token()));
            case 3 -> get(one, lines("Last-Event-ID: " + lastId));
            case 4 -> get(one + "&topic=" + topic(turn + 1) + "&topic=warm-up/{n}", authorization());
            case 5 -> get("/events?topic=" + topic(turn), browser() + authorization());
            case 6 -> get("/status/" + Rehearsal.SOURCE + "/stream?n=" + turn % STATUSES, browser());
            default -> get(one, "");
        };
    }

    private void publish(int number) throws IOException {
        String topic = number == 0 ? topic(turn) : topic(turn + TOPICS / 2);
        String rights = turn % 4 == 0 ? "&private=on" : "";
        lastId = publisher.send(post("POST", HUB, FORM, "topic=" + topic + rights + "&data=" + DATA + turn));
    }

    private void status() throws IOException {
        String path = "/status/" + Rehearsal.SOURCE + "?n=" + turn / STATUSES % STATUSES;
        publisher.send(post("PUT", path, "application/json", "{\"progress\":" + turn + ",\"state\":\"RUNNING\"}"));
        publisher.send(get(path, ""));
        publisher.send(get("/health/ready", ""));
    }

    private static String topic(int number) {
        return "warm-up/" + number % TOPICS;
    }

    private static String browser() {
        return lines(
                "User-Agent: Mozilla/5.0", "Accept: text/event-stream", "Accept-Encoding: gzip", "Accept-Language: en");
    }

    private static String lines(String... headers) {
        return String.join("\r\n", headers) + "\r\n";
    }

    private String authorization() {
        return lines("Authorization: Bearer " + token());
    }

    private String token() {
        return tokens.get(turn % tokens.size());
    }

    private String get(String target, String headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + headers + "\r\n";
    }

    private String post(String method, String target, String type, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + authorization()
                + "Content-Type: " + type + "\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    @Override
    public void close() throws IOException {
        publisher.close();
        for (Exchange stream : streams) {
            stream.close();
        }
    }
}
