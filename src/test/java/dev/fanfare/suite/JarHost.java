package dev.fanfare.suite;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The standalone jar, as a process. */
final class JarHost implements Host {
    private final ChildProcess child;
    private final URI base;

    private JarHost(ChildProcess child, URI base) {
        this.child = child;
        this.base = base;
    }

    static JarHost start(String name, Map<String, String> settings) {
        return start(ChildProcess.directory(name), ChildProcess.freePort(), settings);
    }

    /** Starts it on a given port, in a directory where it may have run before. */
    static JarHost start(Path directory, int port, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(settings);
        all.putIfAbsent("fanfare.http.warm-up", "0s"); // for the sake of the time that all tests take
        List<String> arguments = new ArrayList<>(ChildProcess.systemProperties(all));
        arguments.addAll(List.of("-jar", System.getProperty("fanfare.jar"), "--port", String.valueOf(port)));
        URI base = URI.create("http://127.0.0.1:" + port + "/");
        return new JarHost(ChildProcess.java(directory, arguments).awaitReady(base), base);
    }

    ChildProcess child() {
        return child;
    }

    @Override
    public URI base() {
        return base;
    }

    @Override
    public void close() {
        child.close();
    }
}
