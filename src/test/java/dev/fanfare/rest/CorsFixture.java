package dev.fanfare.rest;

import dev.fanfare.rest.cors.CorsSettings;
import dev.fanfare.testing.RawHttp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Servers with CORS settings, closed with the test, and what a page on another origin sends to them. */
abstract class CorsFixture {

    static final String PAGE = "https://page.example";
    static final String ORIGIN = "Origin: " + PAGE;
    static final String EVIL = "Origin: https://evil.example";

    private final List<RestServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(RestServer::close);
    }

    RestServer server(CorsSettings settings, Object... more) {
        List<Object> singletons = new ArrayList<>(List.of(more));
        singletons.add(new SampleResource());
        RestServer server = new RestServer(settings, singletons.toArray());
        servers.add(server);
        return server;
    }

    static CorsSettings listed() {
        return settings(List.of(PAGE), null, List.of("GET"), List.of());
    }

    static CorsSettings settings(
            List<String> origins, @Nullable String regex, List<String> methods, List<String> headers) {
        return new CorsSettings(origins, regex, methods, headers, false, List.of(), Duration.ofMinutes(10));
    }

    static RawHttp.Answer preflight(RestServer server, String method, String... more) {
        List<String> headers = new ArrayList<>(List.of(ORIGIN, "Access-Control-Request-Method: " + method));
        headers.addAll(List.of(more));
        return server.request("OPTIONS", "/sample", headers.toArray(String[]::new));
    }
}
