package dev.fanfare.suite;

import dev.fanfare.server.Main;
import dev.fanfare.testing.TestClassPath;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A standalone server with its history in a file, to be started again and again in the same place, on the same port. */
final class ServerUnderTest {
    private final Path directory;
    private final int port = ChildProcess.freePort();

    ServerUnderTest(String name) {
        directory = ChildProcess.directory(name);
    }

    int port() {
        return port;
    }

    Path directory() {
        return directory;
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    /** @param jvmOptions such as the size of the heap */
    ChildProcess start(String... jvmOptions) {
        List<String> arguments = new ArrayList<>(List.of(jvmOptions));
        arguments.addAll(ChildProcess.systemProperties(Map.of(
                "fanfare.history.store", "sqlite",
                "fanfare.demo.enabled", "false",
                "fanfare.stream.heartbeat", "200ms",
                "org.sqlite.tmpdir", directory.toString())));
        arguments.addAll(List.of("-cp", TestClassPath.absolute(), Main.class.getName(), "--dev", "--port", "" + port));
        return ChildProcess.java(directory, arguments).awaitReady(base());
    }
}
