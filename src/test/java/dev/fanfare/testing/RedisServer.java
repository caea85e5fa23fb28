package dev.fanfare.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis from this machine's packages, on a free port of the loopback interface, in a folder of its own. It can be killed and
 * started again, and it can be stopped while its connections stay open. Where there is none the test is skipped, unless {@code
 * FANFARE_REQUIRE_REDIS} is {@code true}. {@code FANFARE_REDIS_SERVER} names another program, such as a {@code valkey-server}.
 */
public final class RedisServer implements AutoCloseable {
    private static final Duration STARTING = Duration.ofSeconds(60);
    private static final Pattern LACKING = Pattern.compile("Bad directive|Missing implement of connection type tls");

    private final List<String> command;
    private final int port;
    private final Path folder;
    private int tlsPort;
    private @Nullable Process process;

    private RedisServer(int port, Path folder, List<String> options) {
        this.port = port;
        this.folder = folder;
        command = new ArrayList<>(List.of(requireProgram().toString()));
        command.addAll(options);
        command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", folder.toString()));
    }

    /** One that writes to its disk before each answer; options are those of a command line, and may change that. */
    public static RedisServer start(String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--save", ""));
        all.addAll(List.of("--appendonly", "yes", "--appendfsync", "always"));
        all.addAll(Arrays.asList(options));
        return started(new RedisServer(FreePorts.take(), newFolder("fanfare-redis"), all));
    }

    /**
     * One that speaks TLS too, on another port.
     *
     * @param pair names {@code NAME.key} and {@code NAME.crt}, as {@link PemFiles#pair} makes them
     */
    public static RedisServer startWithTls(PemFiles files, String pair, String... options)
            throws IOException, InterruptedException {
        int tlsPort = FreePorts.take();
        List<String> all = new ArrayList<>(List.of("--save", ""));
        all.addAll(List.of("--appendonly", "yes", "--appendfsync", "always", "--tls-port", "" + tlsPort));
        all.addAll(List.of("--tls-cert-file", "" + files.file(pair + ".crt")));
        all.addAll(List.of("--tls-key-file", "" + files.file(pair + ".key")));
        all.addAll(Arrays.asList(options));
        RedisServer server = new RedisServer(FreePorts.take(), newFolder("fanfare-redis"), all);
        server.tlsPort = tlsPort;
        return started(server);
    }

    /** An old program, or one that was built with less, refuses an option; the test is skipped then, unless Redis is required. */
    private static RedisServer started(RedisServer server) throws IOException, InterruptedException {
        try {
            server.restart();
            return server;
        } catch (AssertionError e) {
            server.close();
            assumeTrue(
                    isRequired()
                            || !LACKING.matcher(String.valueOf(e.getMessage())).find(),
                    "the redis-server of this machine does not know an option, or no TLS");
            throw e;
        }
    }

    /** A sentinel that knows a master by a name, and makes a replica the master once that one is gone. */
    public static RedisServer startSentinel(RedisServer master, String name) throws IOException, InterruptedException {
        return started(sentinel(name, "127.0.0.1", master.port(), ""));
    }

    /** One that speaks TLS with the master, which has to speak it, and with its own clients on another port. */
    public static RedisServer startSentinelWithTls(RedisServer master, String name, PemFiles files, String pair)
            throws IOException, InterruptedException {
        int tlsPort = FreePorts.take();
        RedisServer sentinel = sentinel(name, "localhost", master.tlsPort(), """
                tls-port PORT
                tls-replication yes
                tls-auth-clients no
                tls-cert-file PAIR.crt
                tls-key-file PAIR.key
                tls-ca-cert-file PAIR.crt
                sentinel resolve-hostnames yes
                sentinel announce-hostnames yes
                """.replace("PORT", "" + tlsPort)
                .replace("PAIR", "" + files.file(pair)));
        sentinel.tlsPort = tlsPort;
        return started(sentinel);
    }

    private static RedisServer sentinel(String name, String host, int port, String more) throws IOException {
        Path folder = newFolder("fanfare-sentinel");
        Path settings = Files.writeString(
                folder.resolve("sentinel.conf"),
                more + """
                sentinel monitor NAME HOST PORT 1
                sentinel down-after-milliseconds NAME 1000
                sentinel failover-timeout NAME 5000
                """.replace("NAME", name).replace("HOST", host).replace("PORT", "" + port));
        return new RedisServer(FreePorts.take(), folder, List.of(settings.toString(), "--sentinel"));
    }

    /** Nothing is left behind by a test that is skipped. */
    private static Path newFolder(String prefix) throws IOException {
        requireProgram();
        return Files.createTempDirectory(prefix);
    }

    private static Path requireProgram() {
        Optional<Path> program = program();
        if (!isRequired()) {
            assumeTrue(program.isPresent(), "no redis-server on this machine's PATH");
        }
        return program.orElseThrow(() -> new AssertionError("redis-server is required, and not on the PATH"));
    }

    private static boolean isRequired() {
        return Boolean.parseBoolean(System.getenv("FANFARE_REQUIRE_REDIS"));
    }

    private static Optional<Path> program() {
        String chosen = System.getenv("FANFARE_REDIS_SERVER");
        if (chosen != null && !chosen.isBlank()) {
            Path program = Path.of(chosen);
            if (!Files.isExecutable(program)) {
                throw new AssertionError("FANFARE_REDIS_SERVER: " + program + " is no program");
            }
            return Optional.of(program);
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts it again, with what its disk has; returns once it takes commands. */
    public void restart() throws IOException, InterruptedException {
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        process = started;
        long end = System.nanoTime() + STARTING.toNanos();
        while (!answers()) {
            if (System.nanoTime() - end > 0 || !started.isAlive()) {
                throw new AssertionError("redis-server does not start: " + Files.readString(folder.resolve("log")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private boolean answers() {
        try {
            String answer = send("PING");
            return answer.startsWith("+PONG") || answer.startsWith("-NOAUTH");
        } catch (IOException e) {
            return false; // not yet
        }
    }

    /** Sends one command and returns the beginning of its answer, as it is on the wire; enough of a client for tests. */
    public String send(String... words) throws IOException {
        return sendAll(List.of(List.of(words)));
    }

    /** Sends commands at once, so that no other client's come between; returns the beginning of the first answer. */
    public String sendAll(List<List<String>> commands) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 30_000);
            socket.setSoTimeout(30_000);
            StringBuilder line = new StringBuilder();
            for (List<String> words : commands) {
                line.append('*').append(words.size()).append("\r\n");
                for (String word : words) {
                    line.append('$')
                            .append(word.getBytes(StandardCharsets.UTF_8).length)
                            .append("\r\n")
                            .append(word)
                            .append("\r\n");
                }
            }
            socket.getOutputStream().write(line.toString().getBytes(StandardCharsets.UTF_8));
            byte[] answer = new byte[16_384];
            int read = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(0, read), StandardCharsets.UTF_8);
        }
    }

    /** The port on the loopback interface. */
    public int port() {
        return port;
    }

    /** The port that speaks TLS, of one that does. */
    public int tlsPort() {
        return tlsPort;
    }

    /** The URL of database 0. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Ends it at once, with whatever it was doing. */
    public void kill() throws InterruptedException {
        Process running = process;
        if (running != null) {
            running.destroyForcibly().waitFor();
        }
        process = null;
    }

    /** It stands still; its connections stay open. */
    public void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** It goes on. */
    public void unpause() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process running = process;
        if (running != null) {
            new ProcessBuilder("kill", "-" + name, "" + running.pid()).start().waitFor();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path each : files.sorted((one, other) -> other.compareTo(one)).toList()) {
                Files.delete(each);
            }
        }
    }
}
