package dev.fanfare.status;

import dev.fanfare.event.Topic;
import dev.fanfare.event.UriCharacters;
import dev.fanfare.status.watch.Statuses;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Names one status: a source and a value for each of its parameters. What exists is valid; {@link Statuses#url} makes it.
 * Equal if the text is, {@code /status/jobs?job=42}: parameters sorted by name, and percent-encoded but for the unreserved
 * characters of <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.3">RFC 3986, 2.3</a>. Immutable.
 */
public final class StatusUrl {
    /** What all of them begin with. */
    public static final String PREFIX = "/status/";

    private final String source;
    private final SortedMap<String, String> params;
    private final Topic topic;

    /** @throws IllegalArgumentException if the text gets too long for a topic */
    StatusUrl(String source, SortedMap<String, String> params) {
        this.source = source;
        this.params = Collections.unmodifiableSortedMap(new TreeMap<>(params));
        this.topic = new Topic(text(source, params));
    }

    private static String text(String source, SortedMap<String, String> params) {
        StringBuilder text = new StringBuilder(PREFIX).append(source);
        char separator = '?';
        for (var param : params.entrySet()) {
            text.append(separator)
                    .append(UriCharacters.encode(param.getKey()))
                    .append('=')
                    .append(UriCharacters.encode(param.getValue()));
            separator = '&';
        }
        return text.toString();
    }

    /** The name of the source. */
    public String source() {
        return source;
    }

    /** The parameters, by name. */
    public SortedMap<String, String> params() {
        return params;
    }

    /** The topic of the status's events, which is this URL. */
    public Topic topic() {
        return topic;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StatusUrl url && topic.equals(url.topic);
    }

    @Override
    public int hashCode() {
        return topic.hashCode();
    }

    @Override
    public String toString() {
        return topic.value();
    }
}
