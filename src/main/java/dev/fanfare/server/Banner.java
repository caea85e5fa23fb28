package dev.fanfare.server;

import dev.fanfare.app.ProductVersion;
import dev.fanfare.auth.AuthSettings;
import dev.fanfare.auth.TokenKey;
import dev.fanfare.cluster.ClusterSettings;
import dev.fanfare.config.ConfiguredSource;
import dev.fanfare.config.Settings;
import dev.fanfare.config.TlsSettings;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.tls.LiveIdentity;
import dev.fanfare.tls.TlsFault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is printed at start: where the server listens, and lines to paste. */
final class Banner {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/._+@:-]+");

    private final Settings settings;
    private final @Nullable RunToken token;
    private final String base;
    private final String curl;
    private final String tokens;

    /**
     * @param uri where the server listens
     * @param token that of the run; null if there is a key of the configuration, or none, or no place for the token
     * @param program what starts Fanfare, as one types it
     * @param config the file that the command line names
     */
    Banner(Settings settings, URI uri, @Nullable RunToken token, String program, @Nullable Path config) {
        this.settings = settings;
        this.token = token;
        this.base = reachable(uri);
        this.curl = "curl" + authority(settings.http().tls());
        this.tokens = program + " token" + (config == null ? "" : " --config " + argument(config));
    }

    /** The option that lets curl trust this server's certificate, from any folder. */
    private static String authority(@Nullable TlsSettings tls) {
        if (tls == null || !isItsOwnAuthority(tls)) {
            return "";
        }
        return " --cacert " + argument(tls.files().certificate());
    }

    /** A file as a shell takes it, in any folder. */
    private static String argument(Path path) {
        String file = path.toAbsolutePath().normalize().toString();
        return PLAIN.matcher(file).matches() ? file : "'" + file.replace("'", "'\\''") + "'";
    }

    private static boolean isItsOwnAuthority(TlsSettings tls) {
        try {
            return LiveIdentity.isItsOwnAuthority(tls.files(), Instant.now());
        } catch (TlsFault e) { // the files have changed since they were read, and the log says so
            return false;
        }
    }

    /** The server's URL without a slash at its end; an address that stands for all becomes this machine's name. */
    private static String reachable(URI uri) {
        String host = uri.getHost();
        boolean all = host.equals("0.0.0.0") || host.equals("[::]");
        return uri.getScheme() + "://" + (all ? "localhost" : host) + ":" + uri.getPort();
    }

    /** The text, whole lines. */
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  Fanfare " + ProductVersion.text() + " is ready at " + base + "/");
        lines.add("  " + connections() + "  Ctrl-C ends it.");
        history().forEach(line -> lines.add("  " + line));
        lines.add("");
        List<String> streams = streams();
        if (streams.isEmpty()) {
            lines.add("  The demo is off and no status source is configured. To try one:");
            lines.add("    --status 'jobs=http://localhost:9090/jobs/{id}' --end /state=DONE");
        } else {
            lines.add("  Watch it in a terminal:");
            streams.forEach(path -> lines.add("    " + curl + " -N " + quoted(base + path)));
            lines.add("");
            lines.add("  Watch it in a page:");
            script().forEach(line -> lines.add("    " + line));
        }
        lines.add("");
        lines.addAll(hub());
        lines.add("");
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private List<String> history() {
        HistorySettings history = settings.history();
        ClusterSettings cluster = settings.cluster();
        boolean inFile = history.store() == HistorySettings.Store.SQLITE;
        Path file = history.path().toAbsolutePath().normalize();
        if (cluster != null) {
            return List.of(
                    "Events are on the log '" + cluster.name() + "' at " + cluster.url() + ".",
                    "This node's copy is " + (inFile ? file + "." : "in memory."));
        }
        return List.of(
                inFile
                        ? "Events are kept in " + file + "."
                        : "Events are kept in memory and are lost when this process ends.");
    }

    private String connections() {
        int most = settings.http().connections();
        return most == 0 ? "No limit on connections." : "At most " + most + " connections.";
    }

    /** How to publish and to subscribe. The only token is that of the run, which is worthless afterwards. */
    private List<String> hub() {
        String url = base + "/.well-known/mercure";
        List<String> lines = new ArrayList<>();
        lines.add("  Subscribe to a topic in one terminal, and publish to it in another:");
        if (settings.auth().anonymousSubscribe()) {
            lines.add("    " + curl + " -N '" + url + "?topic=news'");
        } else {
            lines.add("    " + curl + " -N -H " + header() + " '" + url + "?topic=news'");
        }
        lines.add(publishing(url));
        TokenKey key = settings.auth().publisherKey();
        if (key != null && !key.ofThisRun()) {
            lines.add("    # TOKEN is the output of: " + tokens + " --publish '*'" + more(key));
        }
        return lines;
    }

    /** What else the command for a token needs, by the kind of its key. */
    private String more(TokenKey key) {
        String subscribe = Objects.equals(key, settings.auth().subscriberKey()) ? " --subscribe '*'" : "";
        return subscribe + (key.algorithm().isSymmetric() ? "" : " --key-file PRIVATE.pem");
    }

    private String publishing(String url) {
        AuthSettings auth = settings.auth();
        String post = "-d topic=news -d data=hello " + url;
        if (auth.anonymousPublish()) {
            return "    " + curl + " " + post;
        }
        TokenKey key = auth.publisherKey();
        if (key == null) {
            return "    (Publishing is off: set fanfare.auth.key.)";
        }
        if (token == null && key.ofThisRun()) {
            return "    (Publishing needs a token. None is printed, since this output is no terminal: set fanfare.auth.key.)";
        }
        return "    " + curl + " -H " + header() + " " + post;
    }

    private String header() {
        return token == null ? "'Authorization: Bearer TOKEN'" : token.header();
    }

    private List<String> streams() {
        List<String> streams = new ArrayList<>();
        if (settings.demo().enabled()) {
            streams.add("/stream");
            streams.add("/prices");
            streams.add("/status/demo/stream?param1=1");
        }
        settings.status().sources().forEach((name, source) -> streams.add(statusStream(name, source)));
        return streams;
    }

    private static String statusStream(String name, ConfiguredSource source) {
        String query = source.settings().params().stream()
                .map(param -> param + "=" + param.toUpperCase(Locale.ROOT))
                .collect(Collectors.joining("&"));
        return "/status/" + name + "/stream" + (query.isEmpty() ? "" : "?" + query);
    }

    /** For a source that was configured rather than for the demo. */
    private List<String> script() {
        List<String> lines = new ArrayList<>();
        var sources = settings.status().sources();
        if (sources.isEmpty()) {
            lines.add("const events = new EventSource(\"" + base + "/stream\");");
            lines.add("events.addEventListener(\"new_message\", e => console.log(e.lastEventId, e.data));");
            lines.add("events.addEventListener(\"end_event\", () => events.close());");
        } else {
            var first = sources.entrySet().iterator().next();
            String path = statusStream(first.getKey(), first.getValue());
            lines.add("const events = new EventSource(\"" + base + path + "\");");
            lines.add("events.addEventListener(\"update\", e => console.log(JSON.parse(e.data)));");
            lines.add("events.addEventListener(\"end\", () => events.close());");
        }
        if (settings.cors().equals(CorsSettings.none())) {
            lines.add("// To allow pages of another origin, list it in fanfare.cors.allow-origins.");
        }
        return lines;
    }

    private static String quoted(String url) {
        return url.indexOf('?') < 0 ? url : "'" + url + "'";
    }
}
