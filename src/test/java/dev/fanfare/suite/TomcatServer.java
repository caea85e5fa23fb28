package dev.fanfare.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Apache Tomcat. */
public final class TomcatServer implements AppServer {
    private static final String SERVER_XML = """
            <Server port="-1">
              <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener"/>
              <Listener className="org.apache.catalina.core.ThreadLocalLeakPreventionListener"/>
              <Service name="Catalina">
                <Connector port="%d" address="127.0.0.1" protocol="HTTP/1.1"/>
                <Engine name="Catalina" defaultHost="localhost" backgroundProcessorDelay="1">
                  <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="true"/>
                </Engine>
              </Service>
            </Server>
            """;

    private static final String LOGGING = """
            handlers = java.util.logging.ConsoleHandler
            java.util.logging.ConsoleHandler.formatter = java.util.logging.SimpleFormatter
            .level = INFO
            """;

    private final List<Path> libraries;

    /** One with nothing but what it brings along. */
    public TomcatServer() {
        this(List.of());
    }

    /** @param libraries jars for the server itself */
    TomcatServer(List<Path> libraries) {
        this.libraries = libraries;
    }

    @Override
    public String name() {
        return "tomcat";
    }

    @Override
    public Installation install(Path directory, int port, List<String> jvm) throws IOException {
        Path home = AppServer.unpacked("apache-tomcat-" + System.getProperty("tomcat.version"));
        Path conf = Files.createDirectories(directory.resolve("conf"));
        Path temp = Files.createDirectories(directory.resolve("temp"));
        Files.writeString(conf.resolve("server.xml"), SERVER_XML.formatted(port));
        Files.writeString(conf.resolve("logging.properties"), LOGGING);
        Files.copy(home.resolve("conf/web.xml"), conf.resolve("web.xml"));
        Path lib = Files.createDirectories(directory.resolve("lib"));
        for (Path library : libraries) {
            Files.copy(library, lib.resolve(library.getFileName()));
        }
        List<String> arguments = List.of(
                "-Dcatalina.home=" + home,
                "-Dcatalina.base=" + directory,
                "-Djava.io.tmpdir=" + temp,
                "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager",
                "-Djava.util.logging.config.file=" + conf.resolve("logging.properties"),
                "-cp",
                home.resolve("bin/bootstrap.jar") + ":" + home.resolve("bin/tomcat-juli.jar"),
                "org.apache.catalina.startup.Bootstrap",
                "start");
        return new Installation(
                AppServer.command(AppServer.java(), List.of("-Xmx256m"), jvm, arguments),
                Map.of(),
                Files.createDirectories(directory.resolve("webapps")));
    }
}
