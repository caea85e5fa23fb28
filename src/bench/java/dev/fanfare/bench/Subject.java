package dev.fanfare.bench;

import dev.fanfare.suite.JettyServer;
import dev.fanfare.suite.TomcatServer;
import dev.fanfare.suite.WildFlyServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A server that is measured: how it is started, subscribed to and published to. */
enum Subject {
    /** One loop of {@code java.nio} that writes one ready frame to each client: what the JVM and the kernel cost. */
    BARE(new MainClass("dev.fanfare.bench.BareServer", List.of("0")), "", false),
    /** Jersey's own {@code SseBroadcaster} on Grizzly. */
    JERSEY(new MainClass("dev.fanfare.bench.JerseyServer", List.of("0")), "", false),
    /** The standalone server. */
    FANFARE(new MainClass("dev.fanfare.server.Main", List.of("--dev", "--port", "0")), "", true),
    /** The standalone server, whose clients read {@code /events}: the same events in envelopes. */
    FANFARE_EVENTS(
            new MainClass("dev.fanfare.server.Main", List.of("--dev", "--port", "0")), "", true, "/events?topic="),
    /** The standalone server with its history in a file, as it is without {@code --dev}. */
    FANFARE_SQLITE(
            new MainClass(
                    "dev.fanfare.server.Main",
                    List.of("--dev", "--port", "0"),
                    List.of("-Dfanfare.history.store=sqlite")),
            "",
            true),
    /** Jersey's own {@code SseBroadcaster} in Tomcat. */
    TOMCAT(new WebApplicationIn(new TomcatServer(), false), "/bench", false),
    /** The WAR in Tomcat. */
    TOMCAT_FANFARE(new WebApplicationIn(new TomcatServer(), true), "/bench", true),
    /** Jersey's own {@code SseBroadcaster} in Jetty. */
    JETTY(new WebApplicationIn(new JettyServer(), false), "/bench", false),
    /** The WAR in Jetty. */
    JETTY_FANFARE(new WebApplicationIn(new JettyServer(), true), "/bench", true),
    /** RESTEasy's own {@code SseBroadcaster} in WildFly. */
    WILDFLY(new WebApplicationIn(new WildFlyServer(), false), "/bench", false),
    /** The WAR in WildFly. */
    WILDFLY_FANFARE(new WebApplicationIn(new WildFlyServer(), true), "/bench", true);

    private final Launch launch;
    private final String context;
    private final boolean isHub;
    private final String subscribePath;

    Subject(Launch launch, String context, boolean isHub) {
        this(launch, context, isHub, isHub ? "/.well-known/mercure?topic=" : "/subscribe?topic=");
    }

    Subject(Launch launch, String context, boolean isHub, String subscribePath) {
        this.launch = launch;
        this.context = context;
        this.isHub = isHub;
        this.subscribePath = subscribePath;
    }

    ServerProcess start(Scratch scratch, List<String> jvmOptions) throws IOException {
        return launch.start(scratch.path(), jvmOptions);
    }

    /** Whether it is Fanfare, so that clients can resume and publishers can send many events at once. */
    boolean isHub() {
        return isHub;
    }

    String subscribeRequest(int topic) {
        return subscribeRequest((isHub ? "t" : "") + topic, "");
    }

    /** The request of a client that was here before. */
    String resumeRequest(String selector, String lastEventId) {
        return subscribeRequest(selector, "Last-Event-ID: " + lastEventId + "\r\n");
    }

    private String subscribeRequest(String selector, String headers) {
        return "GET " + context + subscribePath + selector
                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: keep-alive\r\n" + headers
                + "\r\n";
    }

    /** Publishes the events of a JSON array; for a hub only. */
    String batchRequest(String events) {
        return "POST " + context + "/.well-known/mercure HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + events.length() + "\r\n\r\n" + events;
    }

    String publishRequest(int topic, String data) {
        String path = context + (isHub ? "/.well-known/mercure" : "/publish?topic=" + topic);
        String type = isHub ? "application/x-www-form-urlencoded" : "text/plain";
        String body = isHub ? "topic=t" + topic + "&data=" + URLEncoder.encode(data, StandardCharsets.UTF_8) : data;
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
