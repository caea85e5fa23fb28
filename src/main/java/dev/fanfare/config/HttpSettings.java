package dev.fanfare.config;

import dev.fanfare.event.Ranges;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the standalone server listens, how many it lets in, and how it leaves.
 *
 * @param host a name or address of this machine, as URLs have it: IPv6 in brackets
 * @param port 0 to 65535; 0 takes any free one
 * @param connections most connections at a time; 0 for no bound
 * @param connectionsPerAddress most connections at a time from one address; 0 for no bound
 * @param drainDelay after a signal: how long it goes on serving while it says that it is not ready, 0 to 1 h
 * @param drain after that delay: over which time it ends its streams, 0 to 1 h; 0 ends all at once
 * @param headBytes most bytes of a request's head, 4 KiB to 1 MiB
 * @param requestTimeout how long a head, a body and a TLS handshake may take, 1 s to 1 h
 * @param trustedProxies whose word is taken for a client's address
 * @param tls how it speaks TLS; null for clear text
 * @param warmUp how long its code is warmed up before it says that it is ready, 0 to 3 s; 0 for not at all
 */
public record HttpSettings(
        String host,
        int port,
        int connections,
        int connectionsPerAddress,
        Duration drainDelay,
        Duration drain,
        int headBytes,
        Duration requestTimeout,
        AddressRanges trustedProxies,
        @Nullable TlsSettings tls,
        Duration warmUp) {
    static final Duration LONGEST_DRAIN = Duration.ofHours(1);

    /** A node of a cluster leaves its clients time to reach the others; alone, it would only refuse them for longer. */
    static final Duration DRAIN_DELAY_OF_A_NODE = Duration.ofSeconds(5);

    static final Duration DRAIN_OF_A_NODE = Duration.ofSeconds(30);

    /** Clients wait meanwhile, or go to others. */
    static final Duration LONGEST_WARM_UP = Duration.ofSeconds(3);

    static final Duration LONGEST_REQUEST = Duration.ofHours(1);
    static final int LEAST_HEAD_BYTES = 4 << 10;
    static final int MOST_HEAD_BYTES = 1 << 20;

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HttpSettings {
        host = inUrl(host);
        Ranges.requireBetween("port", port, 0, 65_535);
        Ranges.requireAtLeast("connections", connections, 0);
        Ranges.requireAtLeast("connections-per-address", connectionsPerAddress, 0);
        Ranges.requireBetween("drain-delay", drainDelay, Duration.ZERO, LONGEST_DRAIN);
        Ranges.requireBetween("drain", drain, Duration.ZERO, LONGEST_DRAIN);
        Ranges.requireBetween("head", headBytes, LEAST_HEAD_BYTES, MOST_HEAD_BYTES);
        Ranges.requireBetween("request-timeout", requestTimeout, Duration.ofSeconds(1), LONGEST_REQUEST);
        Ranges.requireBetween("warm-up", warmUp, Duration.ZERO, LONGEST_WARM_UP);
    }

    /** The same on any port of this machine's own, in clear text, for whoever connects there. */
    HttpSettings aside() {
        return new HttpSettings(
                InetAddress.getLoopbackAddress().getHostAddress(),
                0,
                0,
                0,
                Duration.ZERO,
                Duration.ZERO,
                headBytes,
                requestTimeout,
                trustedProxies,
                null,
                Duration.ZERO);
    }

    /** {@code http} or {@code https}. */
    public String scheme() {
        return tls == null ? "http" : "https";
    }

    /**
     * A host as it stands in URLs; what can't stand there, a server would take for none at all, and listen everywhere.
     *
     * @throws IllegalArgumentException saying so
     */
    static String inUrl(String host) {
        String bracketed = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
        try {
            if (bracketed.equals(new URI("http://" + bracketed + "/").getHost())) {
                return bracketed;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException("is not a valid host name or address");
    }
}
