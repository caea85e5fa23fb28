package dev.fanfare.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Open Liberty with the Jakarta EE 10 web profile and MicroProfile Config. */
final class LibertyServer implements AppServer {
    private static final String SERVER_XML = """
            <server>
              <featureManager>
                <feature>webProfile-10.0</feature>
                <feature>mpConfig-3.1</feature>
              </featureManager>
              <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1">
                <httpOptions autoDecompression="false"/>
              </httpEndpoint>
              <applicationMonitor updateTrigger="polled" pollingRate="500ms" dropins="dropins"/>
              <logging consoleLogLevel="INFO"/>
            </server>
            """;

    @Override
    public String name() {
        return "liberty";
    }

    @Override
    public Set<Host.Peculiarity> peculiarities() {
        return Set.of(Host.Peculiarity.AWAITS_REQUESTS_WHEN_STOPPING, Host.Peculiarity.KEEPS_A_FEW_APPLICATIONS);
    }

    @Override
    public Installation install(Path directory, int port, List<String> jvm) throws IOException {
        Path home = AppServer.unpacked("wlp");
        Path base = Files.createDirectories(directory.resolve("servers/suite"));
        Files.writeString(base.resolve("server.xml"), SERVER_XML.formatted(port));
        Path temp = Files.createDirectories(directory.resolve("temp"));
        List<String> arguments = List.of(
                "-Djava.io.tmpdir=" + temp,
                "-javaagent:" + home.resolve("bin/tools/ws-javaagent.jar"),
                // Options for the JVM, as bin/server passes them.
                "@" + home.resolve("lib/platform/java/java9.options"),
                "-jar",
                home.resolve("bin/tools/ws-server.jar").toString(),
                "suite");
        return new Installation(
                AppServer.command(AppServer.java(), List.of("-Xmx512m"), jvm, arguments),
                Map.of("WLP_USER_DIR", directory.toString()),
                Files.createDirectories(base.resolve("dropins")));
    }
}
