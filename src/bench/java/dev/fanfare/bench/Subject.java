package dev.fanfare.bench;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A server that is measured: how it is started, subscribed to and published to. */
enum Subject {
    /** One loop of {@code java.nio} that writes one ready frame to each client: what the JVM and the kernel cost. */
    BARE("dev.fanfare.bench.BareServer", List.of("0"), "/subscribe?topic="),
    /** Jersey's own {@code SseBroadcaster} on Grizzly, one for each topic. */
    JERSEY("dev.fanfare.bench.JerseyServer", List.of("0"), "/subscribe?topic="),
    /** The standalone server. */
    FANFARE("dev.fanfare.server.Main", List.of("--dev", "--port", "0"), "/.well-known/mercure?topic=t");

    private final String mainClass;
    private final List<String> arguments;
    private final String subscribePath;

    Subject(String mainClass, List<String> arguments, String subscribePath) {
        this.mainClass = mainClass;
        this.arguments = arguments;
        this.subscribePath = subscribePath;
    }

    String mainClass() {
        return mainClass;
    }

    List<String> arguments() {
        return arguments;
    }

    String subscribeRequest(int topic) {
        return "GET " + subscribePath + topic
                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: keep-alive\r\n\r\n";
    }

    String publishRequest(int topic, String data) {
        String path = this == FANFARE ? "/.well-known/mercure" : "/publish?topic=" + topic;
        String type = this == FANFARE ? "application/x-www-form-urlencoded" : "text/plain";
        String body =
                this == FANFARE ? "topic=t" + topic + "&data=" + URLEncoder.encode(data, StandardCharsets.UTF_8) : data;
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
