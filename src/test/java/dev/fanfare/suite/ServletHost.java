package dev.fanfare.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The WAR on a servlet container, below {@code /fanfare}, as a process. */
final class ServletHost implements Host {
    private static final Path WAR = Path.of(System.getProperty("fanfare.war", "target/fanfare.war"));

    private static final String SERVER_XML = """
            <Server port="-1">
              <Service name="Catalina">
                <Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1"/>
                <Engine name="Catalina" defaultHost="localhost">
                  <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false"/>
                </Engine>
              </Service>
            </Server>
            """;

    private static final String LOGGING = """
            handlers = java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.formatter = java.util.logging.SimpleFormatter
            .level = INFO
            """;

    private final ChildProcess child;
    private final URI base;

    private ServletHost(ChildProcess child, int port) {
        this.child = child;
        this.base = URI.create("http://127.0.0.1:" + port + "/fanfare/");
    }

    static ServletHost tomcat(String name, Map<String, String> settings) {
        ServletHost host = launchTomcat(name, settings);
        host.child.awaitReady(host.base);
        return host;
    }

    static ServletHost jetty(String name, Map<String, String> settings) {
        ServletHost host = launchJetty(name, settings);
        host.child.awaitReady(host.base);
        return host;
    }

    /** Starts it and does not wait. */
    static ServletHost launchTomcat(String name, Map<String, String> settings) {
        Path home = Path.of(System.getProperty("tomcat.home"));
        Path directory = ChildProcess.directory(name);
        int port = ChildProcess.freePort();
        try {
            Path conf = Files.createDirectories(directory.resolve("conf"));
            Files.writeString(conf.resolve("server.xml"), SERVER_XML.formatted(port));
            Files.writeString(conf.resolve("logging.properties"), LOGGING);
            Files.copy(home.resolve("conf/web.xml"), conf.resolve("web.xml"));
            deploy(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(ChildProcess.systemProperties(settings));
        arguments.addAll(List.of(
                "-Dcatalina.home=" + home,
                "-Dcatalina.base=" + directory,
                "-Djava.io.tmpdir=" + directory.resolve("temp"),
                "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager",
                "-Djava.util.logging.config.file=" + directory.resolve("conf/logging.properties"),
                "-cp",
                home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
                "org.apache.catalina.startup.Bootstrap",
                "start"));
        return new ServletHost(ChildProcess.java(directory, arguments), port);
    }

    /** Starts it and does not wait. */
    static ServletHost launchJetty(String name, Map<String, String> settings) {
        Path home = Path.of(System.getProperty("jetty.home"));
        Path directory = ChildProcess.directory(name);
        int port = ChildProcess.freePort();
        try {
            deploy(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(ChildProcess.systemProperties(settings));
        arguments.addAll(List.of(
                "-Djava.io.tmpdir=" + directory.resolve("temp"),
                "-jar",
                home.resolve("start.jar").toString(),
                "jetty.home=" + home,
                "jetty.base=" + directory,
                // Behind the modules these would be properties of ee11, and Jetty would listen on 0.0.0.0:8080.
                "jetty.http.host=127.0.0.1",
                "jetty.http.port=" + port,
                "--module=http,ee11-deploy,ee11-annotations"));
        return new ServletHost(ChildProcess.java(directory, arguments), port);
    }

    private static void deploy(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("temp"));
        Files.copy(WAR, Files.createDirectories(directory.resolve("webapps")).resolve("fanfare.war"));
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
