package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.grizzly.GrizzlyServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;

/** A server for commands to speak to, and what they print, which goes to no terminal. */
abstract class CommandFixture {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final Output output = new Output(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
    GrizzlyServer server;

    /** Starts the server; the address of it. It has its events in memory, and everybody may publish, unless the settings say other. */
    String start(Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.putIfAbsent("fanfare.http.port", "0");
        properties.putIfAbsent("fanfare.history.store", "memory");
        properties.putIfAbsent("fanfare.auth.anonymous-publish", "true");
        server = GrizzlyServer.start(SettingsLoader.of(List.of(), properties));
        return "http://127.0.0.1:" + server.uri().getPort();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }
}
