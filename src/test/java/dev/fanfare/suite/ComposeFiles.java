package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of the archive for Compose, and what they become on a machine without containers: other names, ports and folders. */
final class ComposeFiles {
    static final Path FOLDER = Path.of("src/main/dist/docker");
    static final Path NODES = FOLDER.resolve("compose.yaml");
    static final Path ONE_NODE = FOLDER.resolve("one-node.yaml");

    private static final Pattern SERVER = Pattern.compile("(?m)^( *)server fanfare:8080 resolve (.*;)$");

    private ComposeFiles() {}

    /** A service of a file. */
    static Map<String, Object> service(Path file, String name) {
        return Yamls.map(Yamls.only(file), "services", name);
    }

    static String read(String name) {
        try {
            return Files.readString(FOLDER.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code nginx.conf} in one process, with its files in its folder; the name that it looks up stands for these ports. */
    static String nginxConfiguration(int port, List<Integer> nodes) {
        String whole = read("nginx.conf");
        assertThat(SERVER.matcher(whole).results()).hasSize(1);
        assertThat(whole).containsOnlyOnce("listen 80;");
        String servers =
                nodes.stream().map(node -> "$1server 127.0.0.1:" + node + " $2").collect(Collectors.joining("\n"));
        return inOneProcess(SERVER.matcher(whole)
                .replaceAll(servers)
                .replace("listen 80;", "listen 127.0.0.1:" + port + ";")
                // A user who is not root may not raise limits.
                .replaceAll("(?m)^worker_rlimit_nofile .*$", "")
                .replaceAll("(?m)^ *worker_connections .*$", ""));
    }

    static String inOneProcess(String whole) {
        String temporary = Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                .map(each -> each + "_temp_path " + each + ";\n")
                .reduce("", String::concat);
        return "daemon off;\nmaster_process off;\npid nginx.pid;\n" + whole.replace("http {\n", "http {\n" + temporary);
    }
}
