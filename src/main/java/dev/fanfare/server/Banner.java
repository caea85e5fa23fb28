package dev.fanfare.server;

import dev.fanfare.config.ConfiguredSource;
import dev.fanfare.config.Settings;
import dev.fanfare.history.HistorySettings;
import dev.fanfare.rest.CorsSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is printed at start: where the server listens, and lines to paste. */
final class Banner {
    private final Settings settings;
    private final String base;

    /** @param uri where the server listens */
    Banner(Settings settings, URI uri) {
        this.settings = settings;
        this.base = reachable(uri);
    }

    /** The server's URL without a slash at its end; an address that stands for all becomes this machine's name. */
    private static String reachable(URI uri) {
        String host = uri.getHost();
        boolean all = host.equals("0.0.0.0") || host.equals("[::]");
        return "http://" + (all ? "localhost" : host) + ":" + uri.getPort();
    }

    /** The text, whole lines. */
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  Fanfare " + Version.text() + " is ready at " + base + "/");
        lines.add("  " + connections() + "  Ctrl-C ends it.");
        lines.add("  " + history());
        lines.add("");
        List<String> streams = streams();
        if (streams.isEmpty()) {
            lines.add("  The demo is off and no status source is configured. To try one:");
            lines.add("    --status 'jobs=http://localhost:9090/jobs/{id}' --end /state=DONE");
        } else {
            lines.add("  Watch it in a terminal:");
            streams.forEach(path -> lines.add("    curl -N " + quoted(base + path)));
            lines.add("");
            lines.add("  Watch it in a page:");
            script().forEach(line -> lines.add("    " + line));
        }
        lines.add("");
        return String.join(System.lineSeparator(), lines) + System.lineSeparator();
    }

    private String history() {
        HistorySettings history = settings.history();
        return history.store() == HistorySettings.Store.SQLITE
                ? "Events are kept in " + history.path().toAbsolutePath().normalize() + "."
                : "Events are kept in memory and end with this process.";
    }

    private String connections() {
        int most = settings.http().connections();
        return most == 0 ? "No bound on connections." : "At most " + most + " connections.";
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
            lines.add("// A page of another origin may do so once it is in fanfare.cors.allow-origins.");
        }
        return lines;
    }

    private static String quoted(String url) {
        return url.indexOf('?') < 0 ? url : "'" + url + "'";
    }
}
