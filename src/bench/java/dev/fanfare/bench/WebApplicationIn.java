package dev.fanfare.bench;

import dev.fanfare.suite.AppServer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A WAR in an app server, under {@code /bench}: Fanfare's own, or one with nothing but {@link BroadcastTopics}. */
record WebApplicationIn(AppServer server, boolean isFanfare) implements Launch {
    private static final Duration LONGEST_START = Duration.ofMinutes(3);
    private static final List<String> SETTINGS =
            List.of("-Dfanfare.auth.anonymous-publish=true", "-Dfanfare.history.store=memory");

    @Override
    public ServerProcess start(Path directory, List<String> jvmOptions) throws IOException {
        int port = freePort();
        List<String> jvm = new ArrayList<>(jvmOptions);
        jvm.addAll(SETTINGS);
        AppServer.Installation installation = server.install(directory, port, jvm);
        Path war = directory.resolve("bench.war");
        Files.copy(fanfareWar(), war);
        if (!isFanfare) {
            makePlain(war);
        }
        Files.move(war, installation.deployments().resolve("bench.war"), StandardCopyOption.ATOMIC_MOVE);
        Path output = directory.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(installation.command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(output.toFile());
        builder.environment().putAll(installation.environment());
        Process process = builder.start();
        awaitDeployed(process, port, output);
        return new ServerProcess(process, port);
    }

    private static Path fanfareWar() {
        return Path.of(Objects.requireNonNull(System.getProperty("fanfare.war"), "-Dfanfare.war"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Leaves the libraries, so that it is the same Jersey, and takes our classes for two of this package. */
    private static void makePlain(Path war) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(war)) {
            Path classes = zip.getPath("WEB-INF/classes");
            try (Stream<Path> ours = Files.walk(classes)) {
                for (Path path : ours.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
            for (Class<?> type : List.of(BroadcastTopics.class, BroadcastApplication.class)) {
                String name = type.getName().replace('.', '/') + ".class";
                Path file = classes.resolve(name);
                Files.createDirectories(file.getParent());
                try (InputStream in = Objects.requireNonNull(
                        WebApplicationIn.class.getClassLoader().getResourceAsStream(name), name)) {
                    Files.copy(in, file);
                }
            }
        }
    }

    /** Until a topic can be subscribed to. */
    private void awaitDeployed(Process process, int port, Path output) throws IOException {
        String path = isFanfare ? "/bench/health/ready" : "/bench/subscribe?topic=ready";
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(5))
                .build();
        HttpClient client = HttpClient.newHttpClient();
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        try {
            while (process.isAlive() && System.nanoTime() < deadline) {
                if (isAnswered(client, request)) {
                    return;
                }
                process.waitFor(200, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new IOException(server.name() + " did not deploy the WAR:\n" + Files.readString(output));
    }

    private static boolean isAnswered(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            answer.body().close();
            return answer.statusCode() == 200;
        } catch (IOException notYet) { // refused
            return false;
        }
    }
}
