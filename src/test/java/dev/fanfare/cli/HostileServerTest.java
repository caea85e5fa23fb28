package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What a server may answer that does not mean well. */
@Timeout(240)
class HostileServerTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private BenchCommand bench(HttpHandler answers) {
        server.createContext("/", answers);
        BenchCommand command = new BenchCommand().asking(question -> null);
        new CommandLine(command)
                .parseArgs("http://localhost:" + server.getAddress().getPort());
        return command;
    }

    private static void head(HttpExchange exchange, int status, String type) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, 0);
    }

    @Test
    void anAnswerWithoutAnEndIsGivenUp() {
        BenchCommand bench = bench(exchange -> {
            boolean subscribes = exchange.getRequestMethod().equals("GET");
            head(exchange, 200, subscribes ? "text/event-stream" : "text/plain");
            byte[] piece = subscribes ? ":\n".getBytes(UTF_8) : new byte[1 << 16];
            try (var out = exchange.getResponseBody()) {
                do {
                    out.write(piece); // until the client leaves
                    out.flush();
                } while (!subscribes);
            }
        });

        assertThatThrownBy(bench::call)
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("gives an answer of more than 8 MiB");
    }

    @Test
    void whatATerminalWouldObeyIsNotPrinted() {
        BenchCommand bench = bench(exchange -> {
            head(exchange, 403, "application/problem+json");
            try (var out = exchange.getResponseBody()) {
                out.write("{\"detail\":\"no \\u001b]0;yours\\u0007\\u001b[2J \\u202e for you\"}".getBytes(UTF_8));
            }
        });

        assertThatThrownBy(bench::call)
                .isInstanceOf(CommandFailed.class)
                .satisfies(failed -> assertThat(failed.getMessage())
                        .contains("no \uFFFD]0;yours", "for you")
                        .doesNotContainPattern("\\p{Cntrl}|\\p{Cf}"));
    }
}
