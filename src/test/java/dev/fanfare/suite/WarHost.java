package dev.fanfare.suite;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.fanfare.testing.EventStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The WAR on a server that deploys it, below {@code /fanfare}, as a process. */
final class WarHost implements Host {
    /** The context path under which the WAR is deployed first. */
    static final String CONTEXT = "fanfare";

    private static final Path WAR = Path.of(System.getProperty("fanfare.war", "target/fanfare.war"));

    private final AppServer server;
    private final ChildProcess child;
    private final Path directory;
    private final Path deployments;
    private final int port;

    private WarHost(AppServer server, ChildProcess child, Path directory, Path deployments, int port) {
        this.server = server;
        this.child = child;
        this.directory = directory;
        this.deployments = deployments;
        this.port = port;
    }

    /** Starts a server with the WAR and waits until the service is ready. */
    static WarHost start(AppServer server, Map<String, String> settings) {
        WarHost host = launch(server, server.name(), settings);
        host.child.awaitReady(host.base());
        return host;
    }

    /** Starts a server with the WAR, configured by system properties, and does not wait. */
    static WarHost launch(AppServer server, String name, Map<String, String> settings) {
        WarHost host = launchEmpty(server, name, ChildProcess.systemProperties(settings), Map.of());
        host.deploy(CONTEXT);
        return host;
    }

    /** Starts a server without the WAR and does not wait. */
    static WarHost launchEmpty(AppServer server, String name, List<String> jvm, Map<String, String> environment) {
        Path directory = ChildProcess.directory(name);
        int port = ChildProcess.freePort();
        try {
            List<String> arguments = new ArrayList<>(jvm);
            // What is only softly reachable is no leak; let the garbage collector take it at once.
            arguments.add("-XX:SoftRefLRUPolicyMSPerMB=0");
            AppServer.Installation installation = server.install(directory, port, arguments);
            Map<String, String> all = new HashMap<>(installation.environment());
            all.putAll(environment);
            ChildProcess child = ChildProcess.start(directory, installation.command(), all);
            return new WarHost(server, child, directory, installation.deployments(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has the WAR deployed under a context path, and does not wait. */
    void deploy(String context) {
        deploy(context, WAR);
    }

    /** Has another WAR deployed, and does not wait. */
    void deploy(String context, Path war) {
        try {
            Path copy = Files.copy(war, directory.resolve(context + ".war"), REPLACE_EXISTING);
            Files.move(copy, deployments.resolve(context + ".war"), ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has it taken away, and does not wait. */
    void undeploy(String context) {
        try {
            Files.delete(deployments.resolve(context + ".war"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The WAR with properties of its own in {@code WEB-INF/fanfare.properties}. */
    static Path warWith(Map<String, String> properties) {
        try {
            Path war = Files.copy(
                    WAR, Files.createTempFile(WAR.toAbsolutePath().getParent(), "fanfare", ".war"), REPLACE_EXISTING);
            StringBuilder text = new StringBuilder();
            properties.forEach(
                    (key, value) -> text.append(key).append('=').append(value).append('\n'));
            try (FileSystem zip = FileSystems.newFileSystem(war)) {
                Files.writeString(zip.getPath("WEB-INF/fanfare.properties"), text);
            }
            war.toFile().deleteOnExit();
            return war;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the server has written so far, to its outputs and logs. */
    String log() {
        StringBuilder all = new StringBuilder(child.output());
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (file.toString().endsWith(".log")) {
                        all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path gone, IOException e) { // the server is taking it away
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path gone, @Nullable IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
            return all.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the server answers anything at all. */
    boolean answers() {
        try (EventStream answer = EventStream.open(port, "/none")) {
            return answer.status() > 0;
        } catch (UncheckedIOException | AssertionError notYet) { // refused, or closed without an answer
            return false;
        }
    }

    ServerProcess serverProcess() {
        return new ServerProcess(child.process().toHandle());
    }

    AppServer server() {
        return server;
    }

    ChildProcess child() {
        return child;
    }

    /** The base of a deployment. */
    URI base(String context) {
        return URI.create("http://127.0.0.1:" + port + "/" + context + "/");
    }

    @Override
    public URI base() {
        return base(CONTEXT);
    }

    @Override
    public Set<Peculiarity> peculiarities() {
        return server.peculiarities();
    }

    @Override
    public void close() {
        child.close();
    }

    @Override
    public boolean noticesLeavingLate() {
        return child.process().isAlive();
    }
}
