package dev.fanfare.suite;

import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.grizzly.GrizzlyServer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The standalone server in the JVM of the test. */
final class GrizzlyHost implements Host {
    private final GrizzlyServer server;

    private GrizzlyHost(GrizzlyServer server) {
        this.server = server;
    }

    /** On any free port, unless the settings name one. */
    static GrizzlyHost start(Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.putIfAbsent("fanfare.http.port", "0");
        return new GrizzlyHost(GrizzlyServer.start(SettingsLoader.of(List.of(), properties)));
    }

    /** As the command line starts it, which knows that only this machine reaches it. */
    static GrizzlyHost standalone(Map<String, String> settings) throws IOException {
        List<CommandLineValue> values = settings.entrySet().stream()
                .map(setting -> new CommandLineValue(setting.getKey(), setting.getValue(), "--test"))
                .toList();
        return new GrizzlyHost(GrizzlyServer.start(SettingsLoader.standalone(null, values)));
    }

    GrizzlyServer server() {
        return server;
    }

    @Override
    public URI base() {
        return server.uri();
    }

    @Override
    public void close() {
        server.close();
    }
}
