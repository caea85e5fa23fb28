package dev.fanfare.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fanfare.config.CommandLineValue;
import dev.fanfare.config.SettingsLoader;
import dev.fanfare.server.grizzly.GrizzlyServer;
import dev.fanfare.testing.PemFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code sub} says of a server that is away, refuses, or ends. */
@Timeout(240)
class SubCommandWordsTest extends CommandFixture {
    private static final String STREAM =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                    + "retry: 100\ndata: x\n\n";

    @TempDir
    Path folder;

    private int sub(String... args) throws InterruptedException {
        SubCommand command = new SubCommand().printingTo(output);
        new CommandLine(command).parseArgs(args);
        return command.call();
    }

    /** Gives one answer to each connection, in turn, and closes it. */
    private static ServerSocket answering(String... answers) throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(
                () -> {
                    for (String answer : answers) {
                        try (Socket socket = listening.accept()) {
                            socket.getInputStream().read(new byte[8192]);
                            socket.getOutputStream().write(answer.getBytes(US_ASCII));
                        } catch (IOException e) {
                            return; // the end of the test
                        }
                    }
                },
                "answering");
        thread.setDaemon(true);
        thread.start();
        return listening;
    }

    private static String url(ServerSocket server) {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private static String problem(String status, String detail) {
        String body = "{\"detail\":\"" + detail + "\"}";
        return "HTTP/1.1 " + status
                + "\r\nContent-Type: application/problem+json\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    @Test
    void aStreamThatEndsARefusalMeanwhileAndTheEndAreEachTold() throws Exception {
        try (ServerSocket server = answering(
                STREAM,
                problem("503 Service Unavailable", "The server is starting."),
                "HTTP/1.1 204 No Content\r\n\r\n")) {
            assertThat(sub(url(server) + "/stream")).isZero();

            assertThat(err.toString(UTF_8).lines())
                    .containsSubsequence(
                            "The server has ended the stream",
                            "Reconnecting in 1s",
                            "The server at " + url(server) + " answers 503: The server is starting.",
                            "The stream is over: the server answers 204, which says that nothing follows");
        }
    }

    @Test
    void aServerThatGoesAwayIsToldAndItsRefusalsToo() throws Exception {
        ServerSocket server = answering(STREAM);
        CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> {
            try {
                return sub(url(server) + "/stream", "--count=2");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> out.size() > 0);
        int port = server.getLocalPort();
        server.close();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> err.toString(UTF_8).contains("refuses connections; is it running?"));

        start(Map.of(
                "fanfare.http.port",
                Integer.toString(port),
                "fanfare.demo.enabled",
                "true",
                "fanfare.demo.delay",
                "10ms"));

        assertThat(ended.get()).isZero();
    }

    @Test
    void aPathThatIsWrongIsNamed() throws Exception {
        try (ServerSocket server = answering(
                "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            assertThatThrownBy(() -> sub(url(server) + "/steam"))
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining("is the path /steam right?");
        }
    }

    /** Nothing has been sent to a server whose certificate is refused, and another attempt would end the same way. */
    private static void assertPubGivesUpAtOnce(String url) {
        ByteArrayOutputStream notices = new ByteArrayOutputStream();
        PubCommand pub = new PubCommand()
                .printingTo(new Output(
                        new PrintStream(OutputStream.nullOutputStream()),
                        new PrintStream(notices, true, UTF_8),
                        false));
        new CommandLine(pub).parseArgs(url, "--topic=a", "--data=b");

        assertThatThrownBy(pub::call).hasMessageContaining("--cacert");
        assertThat(notices.toString(UTF_8)).isEmpty();
    }

    @Test
    void theWrongOneOfHttpAndHttpsIsNamed() throws Exception {
        PemFiles pem = new PemFiles(folder).pair("own");
        server = GrizzlyServer.start(SettingsLoader.standalone(
                null,
                List.of(
                        new CommandLineValue("fanfare.http.port", "0", "test"),
                        new CommandLineValue("fanfare.history.store", "memory", "test"),
                        new CommandLineValue(
                                "fanfare.http.tls.certificate",
                                pem.file("own.crt").toString(),
                                "test"),
                        new CommandLineValue(
                                "fanfare.http.tls.key", pem.file("own.key").toString(), "test"))));
        String address = "127.0.0.1:" + server.uri().getPort();

        assertThatThrownBy(() -> sub("http://" + address, "--topic=a")).hasMessageContaining("does it speak https?");
        assertThatThrownBy(() -> sub("https://" + address, "--topic=a")).hasMessageContaining("--cacert");
        assertPubGivesUpAtOnce("https://" + address);
        server.close();

        String clear = start(Map.of()).replace("http:", "https:");
        assertThatThrownBy(() -> sub(clear, "--topic=a")).hasMessageContaining("does it speak http without TLS?");
    }
}
