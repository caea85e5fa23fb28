package dev.fanfare.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** WildFly, as it is configured when it is unpacked. */
public final class WildFlyServer implements AppServer {
    /** What {@code bin/common.sh} opens; it looks for each whether the JVM has it. */
    private static final List<String> OPENED = Stream.of(
                    "java.base/java.lang",
                    "java.base/java.lang.invoke",
                    "java.base/java.lang.reflect",
                    "java.base/java.io",
                    "java.base/java.net",
                    "java.base/java.security",
                    "java.base/java.util",
                    "java.base/java.util.concurrent",
                    "java.management/javax.management",
                    "java.naming/javax.naming")
            .map(opened -> "--add-opens=" + opened + "=ALL-UNNAMED")
            .toList();

    @Override
    public String name() {
        return "wildfly";
    }

    @Override
    public Set<Host.Peculiarity> peculiarities() {
        return Set.of(Host.Peculiarity.REFUSES_QUERIES_ITSELF, Host.Peculiarity.TAKES_LARGE_HEADERS);
    }

    @Override
    public Installation install(Path directory, int port, List<String> jvm) throws IOException {
        Path home = AppServer.unpacked("wildfly-" + System.getProperty("wildfly.version"));
        Path base = directory.resolve("standalone");
        AppServer.copy(home.resolve("standalone"), base);
        AppServer.edit(
                base.resolve("configuration/standalone.xml"),
                Map.of("scan-interval=\"5000\"", "scan-interval=\"500\""));
        List<Integer> ports = ChildProcess.freePorts(5);
        AppServer.edit(
                base.resolve("configuration/standalone.xml"),
                Map.of(
                        "port=\"4712\"",
                        "port=\"" + ports.get(3) + '"',
                        "port=\"4713\"",
                        "port=\"" + ports.get(4) + '"'));
        Path temp = Files.createDirectories(directory.resolve("temp"));
        List<String> arguments = List.of(
                "-Djava.io.tmpdir=" + temp,
                "-Djava.net.preferIPv4Stack=true",
                "-Djboss.modules.system.pkgs=org.jboss.byteman",
                "-Djava.awt.headless=true",
                "-Djboss.home.dir=" + home,
                "-Djboss.server.base.dir=" + base,
                "-Dorg.jboss.boot.log.file=" + base.resolve("log/server.log"),
                "-Dlogging.configuration="
                        + base.resolve("configuration/logging.properties").toUri(),
                "-jar",
                home.resolve("jboss-modules.jar").toString(),
                "-mp",
                home.resolve("modules").toString(),
                "org.jboss.as.standalone",
                "-Djboss.bind.address=127.0.0.1",
                "-Djboss.bind.address.management=127.0.0.1",
                "-Djboss.http.port=" + port,
                "-Djboss.https.port=" + ports.get(0),
                "-Djboss.management.http.port=" + ports.get(1),
                "-Djboss.management.https.port=" + ports.get(2));
        return new Installation(
                AppServer.command(AppServer.java(), List.of("-Xmx512m"), OPENED, jvm, arguments),
                Map.of(),
                base.resolve("deployments"));
    }
}
