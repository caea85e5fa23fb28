package dev.fanfare.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Eclipse Jetty. */
public final class JettyServer implements AppServer {
    @Override
    public String name() {
        return "jetty";
    }

    @Override
    public Installation install(Path directory, int port, List<String> jvm) throws IOException {
        Path home = AppServer.unpacked("jetty-home-" + System.getProperty("jetty.version"));
        Path temp = Files.createDirectories(directory.resolve("temp"));
        List<String> arguments = List.of(
                "-Djava.io.tmpdir=" + temp,
                "-jar",
                home.resolve("start.jar").toString(),
                "jetty.home=" + home,
                "jetty.base=" + directory,
                // Behind the modules these would be properties of ee11, and Jetty would listen on 0.0.0.0:8080.
                "jetty.http.host=127.0.0.1",
                "jetty.http.port=" + port,
                "jetty.deploy.scanInterval=1",
                "--module=http,ee11-deploy,ee11-annotations");
        return new Installation(
                AppServer.command(AppServer.java(), List.of("-Xmx256m"), jvm, arguments),
                Map.of(),
                Files.createDirectories(directory.resolve("webapps")));
    }
}
