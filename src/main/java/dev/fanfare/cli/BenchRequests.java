package dev.fanfare.cli;

import dev.fanfare.cli.load.LoadRequests;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;

/** The requests of a load on a hub, with the token and the headers of the command line. Immutable. */
final class BenchRequests implements LoadRequests {
    private final URI hub;
    private final String prefix;
    private final String head;

    /**
     * Requests for a run of its own.
     *
     * @param prefix what the names of its topics begin with
     */
    BenchRequests(Server server, URI hub, String prefix) {
        this.hub = hub;
        this.prefix = prefix;
        HttpRequest request = server.request(hub).build();
        StringBuilder lines = new StringBuilder("Host: " + hub.getRawAuthority() + "\r\n");
        request.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> lines.append(name).append(": ").append(value).append("\r\n")));
        this.head = lines.toString();
    }

    String topic(int topic) {
        return prefix + "/" + topic;
    }

    /** Where a topic is subscribed to. */
    URI subscription(int topic) {
        return Server.withQuery(hub, "topic=" + encoded(topic(topic)));
    }

    /** The form that publishes an event. */
    String form(int topic, String data) {
        return "topic=" + encoded(topic(topic)) + "&data=" + encoded(data);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String subscribeRequest(int topic) {
        URI uri = subscription(topic);
        return "GET " + uri.getRawPath() + "?" + uri.getRawQuery() + " HTTP/1.1\r\nAccept: text/event-stream\r\n" + head
                + "\r\n";
    }

    @Override
    public String publishRequest(int topic, String data) {
        String form = form(topic, data);
        String query = hub.getRawQuery() == null ? "" : "?" + hub.getRawQuery();
        return "POST " + hub.getRawPath() + query + " HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: " + form.length() + "\r\n" + head + "\r\n" + form;
    }
}
