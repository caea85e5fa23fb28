package dev.fanfare.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The image that {@code mvn package -Pimage} makes without Docker, looked into and run. Skipped where it was not made. */
@Timeout(300)
class ImageIT {
    private static final Path IMAGE = Path.of(System.getProperty("fanfare.image"));
    private static final Path DIST = Path.of("src/main/dist");
    private static final String USER = "10001:10001";

    /** The root file system is read only but for what a container always has, and the volume. */
    private static final String RUN = """
            set -e
            root=$1; shift
            mount --make-rprivate /
            mount --bind "$root" "$root"
            mount -o remount,ro,bind "$root"
            mount --rbind /dev "$root/dev"
            mount -t proc proc "$root/proc"
            mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
            mount -t tmpfs -o mode=0700,uid=10001,gid=10001 tmpfs "$root/var/lib/fanfare"
            exec chroot --userspec=USER "$root" "$@"
            """.replace("USER", USER);

    private Path layout;
    private JsonObject manifest;
    private JsonObject config;
    private String dockerfile;

    @BeforeEach
    void unpack() throws Exception {
        assumeThat(IMAGE).as("made by -Pimage").exists();
        layout = ChildProcess.directory("image");
        Tools.run("tar", "xf", IMAGE.toAbsolutePath().toString(), "-C", layout.toString());
        manifest = json(blob(json(layout.resolve("index.json"))
                .getJsonArray("manifests")
                .getJsonObject(0)
                .getString("digest")));
        JsonObject whole = json(blob(manifest.getJsonObject("config").getString("digest")));
        assertThat(whole.getString("created"))
                .as("the same each time it is built")
                .isEqualTo("1970-01-01T00:00:00Z");
        config = whole.getJsonObject("config");
        dockerfile = Files.readString(DIST.resolve("docker/Dockerfile")).replaceAll("\\\\\\n\\s*", "");
    }

    private Path blob(String digest) {
        return layout.resolve("blobs").resolve(digest.replace(':', '/'));
    }

    private static JsonObject json(Path file) throws IOException {
        try (JsonReader reader = Json.createReader(Files.newBufferedReader(file))) {
            return reader.readObject();
        }
    }

    private List<Path> layers() {
        return manifest.getJsonArray("layers").getValuesAs(JsonObject.class).stream()
                .map(layer -> blob(layer.getString("digest")))
                .toList();
    }

    private Path lastLayer() {
        return layers().get(layers().size() - 1);
    }

    private String instruction(String name) {
        return Pattern.compile("^" + name + " (.+)$", Pattern.MULTILINE)
                .matcher(dockerfile)
                .results()
                .reduce((first, last) -> last)
                .orElseThrow(() -> new AssertionError("no " + name + " in the Dockerfile"))
                .group(1);
    }

    private static Map<String, String> pairs(Stream<String> texts) {
        return texts.map(text -> text.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (one, other) -> other, LinkedHashMap::new));
    }

    private Map<String, String> environment() {
        return pairs(config.getJsonArray("Env").getValuesAs(JsonString::getString).stream());
    }

    @Test
    void theImageIsThatOfTheDockerfile() {
        assertThat(config.getString("User")).isEqualTo(instruction("USER")).isEqualTo(USER);
        assertThat(config.getString("WorkingDir")).isEqualTo(instruction("WORKDIR"));
        assertThat(config.getJsonObject("Volumes")).containsOnlyKeys(instruction("VOLUME"));
        assertThat(config.getJsonObject("ExposedPorts")).containsOnlyKeys(instruction("EXPOSE") + "/tcp");
        assertThat(config.getJsonArray("Entrypoint").getValuesAs(JsonString::getString))
                .containsExactly(instruction("ENTRYPOINT").replaceAll("[\\[\\]\"]", ""));
        assertThat(config.containsKey("Cmd")).isFalse();

        Map<String, String> written = pairs(Arrays.stream(instruction("ENV").split("\\s+")));
        assertThat(environment().get("PATH")).startsWith(written.remove("PATH").replace("$PATH", ""));
        assertThat(environment()).containsAllEntriesOf(written);

        Map<String, String> labels = config.getJsonObject("Labels").entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, label -> ((JsonString) label.getValue()).getString()));
        assertThat(labels)
                .containsAllEntriesOf(pairs(Arrays.stream(instruction("LABEL").split("\\s+"))))
                .containsKeys("org.opencontainers.image.version", "org.opencontainers.image.description");
    }

    @Test
    void theOnlyLayerOfOursHasWhatTheDockerfileCopies() throws Exception {
        Path folder = Files.createDirectory(layout.resolve("layer"));
        Tools.run("tar", "xzf", lastLayer().toString(), "-C", folder.toString(), "--same-permissions");
        Set<String> expected = new TreeSet<>(Set.of("LICENSE", "bin/healthy", "lib/fanfare.jar"));
        for (String copied : List.of("bin", "etc")) {
            assertThat(dockerfile).contains("COPY " + copied + " /opt/fanfare/" + copied);
            try (Stream<Path> files = Files.list(DIST.resolve(copied))) {
                files.forEach(file -> expected.add(DIST.relativize(file).toString()));
            }
        }
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(file).startsWith(folder.resolve("opt/fanfare"));
                assertThat(Files.getLastModifiedTime(file).toMillis())
                        .as("the same each time it is built")
                        .isLessThanOrEqualTo(1000);
                assertThat(Files.isExecutable(file))
                        .as("%s is executable", file)
                        .isEqualTo(file.getParent().endsWith("bin"));
                found.add(folder.resolve("opt/fanfare").relativize(file).toString());
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(folder.resolve("var/lib/fanfare")).isEmptyDirectory();
        assertThat(folder.resolve("opt/fanfare/bin/fanfare")).hasSameBinaryContentAs(DIST.resolve("bin/fanfare"));
    }

    /** As a runtime of containers does it, with what each Linux has. */
    @Test
    void theServerOfTheImageRunsWithoutRightsOnAReadOnlyFileSystemAndEndsOnSigterm() throws Exception {
        assumeThat(Tools.find("unshare")).as("unshare is installed").isNotNull();
        assumeThat(System.getProperty("user.name")).as("may mount").isEqualTo("root");
        Path root = Files.createDirectory(layout.resolve("root"));
        for (Path layer : layers()) {
            Tools.run("tar", "xzf", layer.toString(), "-C", root.toString(), "--same-permissions");
        }
        int port = ChildProcess.freePort();
        Path directory = ChildProcess.directory("container");
        List<String> command = new ArrayList<>(
                List.of("unshare", "--mount", "sh", "-c", RUN, "sh", root.toString(), "/usr/bin/env", "-i"));
        environment().forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of("FANFARE_HTTP_PORT=" + port, "FANFARE_AUTH_ANONYMOUS_PUBLISH=true"));
        command.addAll(config.getJsonArray("Entrypoint").getValuesAs(JsonString::getString));
        ProcessBuilder healthy =
                new ProcessBuilder("chroot", "--userspec=" + USER, root.toString(), "/opt/fanfare/bin/healthy");
        healthy.environment().put("FANFARE_HTTP_PORT", String.valueOf(port));
        try (ChildProcess server = ChildProcess.start(directory, command, Map.of())
                .awaitReady(URI.create("http://127.0.0.1:" + port + "/"))) {
            assertThat(healthy.start().waitFor()).isZero();
            assertThat(Files.readString(Path.of("/proc/" + server.process().pid() + "/status")))
                    .containsPattern("Uid:\\s+10001\\s")
                    .containsPattern("CapEff:\\s+0+\\n");
            OneEvent.goesThroughAndASignalEndsAll(server, port);
            assertThat(healthy.start().waitFor()).isNotZero();
        }
    }
}
