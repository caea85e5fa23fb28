package dev.fanfare.server;

import dev.fanfare.config.HttpSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Optional;

/** Why a server can't listen where its configuration says, in words. Stateless. */
final class Ports {
    /**
     * What is in the way.
     *
     * @param mayPass whether trying again may help
     */
    record Fault(String words, boolean mayPass) {}

    private Ports() {}

    /** Listens for a moment on each port of the settings; what is in the way on the first that can't be had. */
    static Optional<Fault> find(HttpSettings http) {
        Optional<Fault> main = find(http.host(), http.port(), "--port");
        Integer redirect = http.tls() == null ? null : http.tls().redirectPort();
        return main.isPresent() || redirect == null
                ? main
                : find(http.host(), redirect, "fanfare.http.tls.redirect-port");
    }

    private static Optional<Fault> find(String host, int port, String option) {
        try (ServerSocket listening = new ServerSocket()) {
            listening.setReuseAddress(true); // as the server does, which may follow one that has just ended
            listening.bind(new InetSocketAddress(host, port), 1);
            return Optional.empty();
        } catch (BindException e) {
            return Optional.of(fault(e, host, port, option));
        } catch (IOException e) {
            return Optional.of(new Fault("The server can't listen on " + host + ", port " + port + ": " + e, true));
        }
    }

    /** What a start has met that could not listen. */
    static Fault met(BindException e, HttpSettings http) {
        return find(http).orElseGet(() -> fault(e, http.host(), http.port(), "--port"));
    }

    private static Fault fault(BindException e, String host, int port, String option) {
        String reason = String.valueOf(e.getMessage());
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("in use")) {
            return new Fault(
                    "Port " + port + " of " + host + " is taken: choose another with " + option
                            + ", or any free one with " + option + (option.startsWith("--") ? " 0" : "=0"),
                    true);
        }
        String remedy = lower.contains("denied")
                ? ": choose a port from 1024 on with " + option
                : ": give --host an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of its addresses";
        return new Fault("The server can't listen on " + host + ", port " + port + " (" + reason + ")" + remedy, false);
    }
}
