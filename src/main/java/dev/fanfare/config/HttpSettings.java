package dev.fanfare.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;

/**
 * Where the standalone server listens, and how many it lets in.
 *
 * @param host a name or address of this machine, as URLs have it: IPv6 in brackets
 * @param port 0 to 65535; 0 takes any free one
 * @param connections most connections at a time; 0 for no bound
 * @param connectionsPerAddress most connections at a time from one address; 0 for no bound
 */
public record HttpSettings(String host, int port, int connections, int connectionsPerAddress) {

    /** @throws IllegalArgumentException naming the value that is out of range, and the range */
    public HttpSettings {
        host = inUrl(host);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + "; it must be from 0 to 65535");
        }
        requireNotNegative("connections", connections);
        requireNotNegative("connections-per-address", connectionsPerAddress);
    }

    /** Whether only this machine can reach the server. Looks the host up; one that is not found is no loopback host. */
    public boolean loopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
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
        throw new IllegalArgumentException("is no host that a URL can name");
    }

    private static void requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it must be at least 0");
        }
    }
}
