package dev.fanfare.cluster.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a Redis is.
 *
 * <pre>
 * redis://[USER@]HOST[:6379][/DATABASE]
 * rediss://[USER@]HOST[:6379][/DATABASE]                                 with TLS
 * redis-sentinel://[USER@]HOST[:26379][,HOST[:26379]...]/MASTER[/DATABASE]
 * rediss-sentinel://...                                                  with TLS, to the sentinels and to the master
 * </pre>
 *
 * @param tls whether connections are encrypted
 * @param hosts the server, or the sentinels that know it; at least one
 * @param master the name under which the sentinels know the server; null without sentinels
 * @param user the user; null for the default one
 * @param database the number of the database
 */
public record RedisUrl(
        boolean tls,
        List<Host> hosts,
        @Nullable String master,
        @Nullable String user,
        int database) {
    private static final int PORT = 6379;
    private static final int SENTINEL_PORT = 26_379;
    private static final int MOST_DATABASES = 65_535;
    private static final String FORMS = "redis://HOST:PORT/DATABASE, rediss://HOST:PORT/DATABASE (TLS) or"
            + " redis-sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE (rediss-sentinel:// with TLS)";
    private static final Pattern URL = Pattern.compile("(rediss?)(-sentinel)?://(?:([^@/]*)@)?([^@/]+)((?:/[^/]*)*)");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");

    /** A machine and a port. */
    public record Host(String name, int port) {}

    /** Copies the list. */
    public RedisUrl {
        hosts = List.copyOf(hosts);
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException saying what is wrong with it, without what may be a password
     */
    public static RedisUrl parse(String text) {
        Matcher url = URL.matcher(text.strip());
        if (!url.matches()) {
            throw new IllegalArgumentException("the URL has none of the forms " + FORMS);
        }
        String user = url.group(3);
        if (user != null && user.contains(":")) {
            throw new IllegalArgumentException("the URL holds a password; put it into a file, and name that file with"
                    + " fanfare.cluster.password-file");
        }
        boolean sentinel = url.group(2) != null;
        List<Host> hosts = hosts(url.group(4), sentinel);
        String path = url.group(5);
        String[] parts = path.length() > 1 ? path.substring(1).split("/", -1) : new String[0];
        int most = sentinel ? 2 : 1;
        if (parts.length > most || (sentinel && (parts.length == 0 || parts[0].isEmpty()))) {
            throw new IllegalArgumentException("the URL has none of the forms " + FORMS);
        }
        String master = sentinel ? parts[0] : null;
        int database = parts.length == most ? database(parts[most - 1]) : 0;
        return new RedisUrl(
                url.group(1).equals("rediss"), hosts, master, user == null || user.isEmpty() ? null : user, database);
    }

    private static List<Host> hosts(String text, boolean sentinel) {
        List<Host> hosts = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            Matcher host = HOST.matcher(each);
            int port = sentinel ? SENTINEL_PORT : PORT;
            if (host.matches() && host.group(2) != null) {
                port = Integer.parseInt(host.group(2));
            }
            if (!host.matches() || port < 1 || port > 65_535) {
                throw new IllegalArgumentException("\"" + each + "\" in the URL is no HOST or HOST:PORT");
            }
            hosts.add(new Host(host.group(1).replaceAll("[\\[\\]]", ""), port));
        }
        if (!sentinel && hosts.size() > 1) {
            throw new IllegalArgumentException(
                    "the URL names several servers; only sentinels can be several (redis-sentinel:// or rediss-sentinel://)");
        }
        return hosts;
    }

    private static int database(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MOST_DATABASES) {
            throw new IllegalArgumentException("\"" + text + "\" in the URL is no number of a database");
        }
        return Integer.parseInt(text);
    }

    /** The URL, as it may be shown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(tls ? "rediss" : "redis")
                .append(master == null ? "" : "-sentinel")
                .append("://");
        for (int i = 0; i < hosts.size(); i++) {
            Host host = hosts.get(i);
            text.append(i == 0 ? "" : ",")
                    .append(host.name().contains(":") ? "[" + host.name() + "]" : host.name())
                    .append(':')
                    .append(host.port());
        }
        return text.append(master == null ? "" : "/" + master)
                .append('/')
                .append(database)
                .toString();
    }
}
