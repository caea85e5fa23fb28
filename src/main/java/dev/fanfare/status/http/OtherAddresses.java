package dev.fanfare.status.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/*
 * The JDK's client connects to the first address of a host and to no other. Another one is asked by a URL with the address in
 * place of the name, and the name in the Host header. The client lets that header be set only where the JVM was started so
 * (ALLOWED); where it was not, only addresses of this machine are asked, whose servers rarely mind. With TLS the certificate
 * still has to be for the name: see TlsOfHost.
 */
/** The addresses of a host that are left when there is no connection to the first one. Stateless. */
final class OtherAddresses {
    /** Which headers the client lets be set that are its own: a comma-separated list. */
    static final String ALLOWED = "jdk.httpclient.allowRestrictedHeaders";

    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

    /** Looks up a host. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private OtherAddresses() {}

    static void allowNamingHosts() {
        String before = System.getProperty(ALLOWED, "");
        System.setProperty(ALLOWED, before.isBlank() ? "host" : before + ",host");
    }

    static boolean canNameHost() {
        return Arrays.asList(
                        System.getProperty(ALLOWED, "").toLowerCase(Locale.ROOT).split("\\s*,\\s*", -1))
                .contains("host");
    }

    /** The same resource at each address but the first, in the order of the look-up. */
    static List<URI> of(URI target, Resolver resolver) {
        if (isAddress(target.getHost())) {
            return List.of();
        }
        InetAddress[] all;
        try {
            all = resolver.all(target.getHost());
        } catch (UnknownHostException e) {
            return List.of();
        }
        boolean named = canNameHost();
        return Arrays.stream(all)
                .skip(1)
                .filter(address -> named || address.isLoopbackAddress())
                .map(address -> at(target, address))
                .toList();
    }

    /** Whether the host of a URL is no name that is to be looked up. */
    static boolean isAddress(String host) {
        return host.startsWith("[") || IPV4.matcher(host).matches();
    }

    private static URI at(URI target, InetAddress address) {
        String literal = address.getHostAddress();
        String host = address instanceof Inet6Address ? "[" + literal.replaceFirst("%.*", "") + "]" : literal;
        String port = target.getPort() < 0 ? "" : ":" + target.getPort();
        String path = target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
        return URI.create(target.getScheme() + "://" + host + port + path);
    }
}
