package dev.fanfare.server.grizzly.limit;

import dev.fanfare.config.AddressRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.glassfish.grizzly.http.server.Request;

/*
 * Each proxy adds at the right whom it was asked by. What stands to the left of what the first of the trusted ones has added
 * was sent by the client, and may be anything:
 *
 *   X-Forwarded-For: what the client said, client, inner proxy      asked by: trusted proxy
 *
 * A proxy that writes one of the two headers lets the other through as the client sent it. So where both are there they must
 * say the same.
 */
/**
 * The address that a client is known by: that of its connection, or what trusted proxies say ({@code Forwarded}, <a
 * href="https://www.rfc-editor.org/rfc/rfc7239">RFC 7239</a>, or {@code X-Forwarded-For}). Thread-safe.
 */
public final class ClientAddress {
    private static final int MOST_PROXIES = 16;
    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;\"\\s]*))", Pattern.CASE_INSENSITIVE);

    private static final String ATTRIBUTE = ClientAddress.class.getName();

    private final AddressRanges trusted;

    /** @param trusted the proxies that are believed */
    public ClientAddress(AddressRanges trusted) {
        this.trusted = trusted;
    }

    /** Finds it, and remembers it with the request. */
    public String find(Request request) {
        String address = found(request);
        request.setAttribute(ATTRIBUTE, address);
        return address;
    }

    /** What was found for a request. */
    public static String of(Request request) {
        return request.getAttribute(ATTRIBUTE) instanceof String found ? found : request.getRemoteAddr();
    }

    private String found(Request request) {
        String peer = request.getRemoteAddr();
        if (!trusted.contains(peer)) {
            return peer;
        }
        List<String> forwarded = new ArrayList<>();
        for (String value : request.getHeaders("Forwarded")) {
            for (String element : value.split(",", -1)) {
                Matcher matcher = FOR.matcher(element);
                forwarded.add(!matcher.find() ? "" : matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
            }
        }
        List<String> older = new ArrayList<>();
        for (String value : request.getHeaders("X-Forwarded-For")) {
            older.addAll(List.of(value.split(",", -1)));
        }
        if (forwarded.isEmpty() || older.isEmpty()) {
            return first(peer, forwarded.isEmpty() ? older : forwarded);
        }
        String one = first(peer, forwarded);
        return one.equals(first(peer, older)) ? one : peer;
    }

    /** From the right on, the first that is no trusted proxy; the last one known where there is no such address. */
    private String first(String peer, List<String> hops) {
        String known = peer;
        int last = Math.max(0, hops.size() - MOST_PROXIES);
        for (int i = hops.size() - 1; i >= last && trusted.contains(known); i--) {
            String hop = AddressRanges.canonical(withoutPort(hops.get(i).strip()));
            if (hop == null) {
                break;
            }
            known = hop;
        }
        return known;
    }

    private static String withoutPort(String node) {
        if (node.startsWith("[")) {
            int end = node.indexOf(']');
            return end < 0 ? node : node.substring(1, end);
        }
        int colon = node.indexOf(':');
        return colon >= 0 && colon == node.lastIndexOf(':') ? node.substring(0, colon) : node;
    }
}
