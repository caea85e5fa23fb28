package dev.fanfare.bench;

import dev.fanfare.cli.load.LoadRequests;
import dev.fanfare.cli.load.Publisher;
import dev.fanfare.suite.JettyServer;
import dev.fanfare.suite.TomcatServer;
import dev.fanfare.suite.WildFlyServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/** A server that is measured: how it is started, subscribed to and published to. */
enum Subject implements LoadRequests {
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
    /** The standalone server with a certificate that it makes itself; for the row {@code tls-200} alone. */
    FANFARE_TLS(new MainClass("dev.fanfare.server.Main", List.of("--dev", "--tls", "--port", "0")), "", true),
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

    /**
     * Starts a node of a cluster.
     *
     * @param url where the log is
     */
    ServerProcess startNode(Scratch scratch, List<String> jvmOptions, String url) throws IOException {
        if (launch instanceof MainClass main && isHub) {
            return main.with("-Dfanfare.cluster.url=" + url).start(scratch.path(), jvmOptions);
        }
        throw new IllegalStateException(this + " has no nodes");
    }

    /** Whether it is Fanfare, so that clients can resume and publishers can send many events at once. */
    boolean isHub() {
        return isHub;
    }

    @Override
    public String subscribeRequest(int topic) {
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

    /**
     * Publishes events in one request; for a hub only. Event i goes to topic i modulo their number, where it bears the number that
     * comes next; from 0 on these are 1, 2, 3 in each topic.
     *
     * @param named whether event i has the id {@code e} and i, else the hub gives it one
     */
    void publishBatch(Publisher publisher, long from, int count, int topics, boolean named) throws IOException {
        StringJoiner events = new StringJoiner(",", "[", "]");
        for (long i = from; i < from + count; i++) {
            String data = publisher.numbered(System.nanoTime(), i / topics + 1);
            events.add("{\"topic\":\"t" + i % topics + "\",\"data\":\"" + data + "\""
                    + (named ? ",\"id\":\"e" + i + "\"}" : "}"));
        }
        publisher.send(batchRequest(events.toString()));
    }

    private String batchRequest(String events) {
        return "POST " + context + "/.well-known/mercure HTTP/1.1\r\nHost: localhost\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + events.length() + "\r\n\r\n" + events;
    }

    @Override
    public String publishRequest(int topic, String data) {
        String path = context + (isHub ? "/.well-known/mercure" : "/publish?topic=" + topic);
        String type = isHub ? "application/x-www-form-urlencoded" : "text/plain";
        String body = isHub ? "topic=t" + topic + "&data=" + URLEncoder.encode(data, StandardCharsets.UTF_8) : data;
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }
}
